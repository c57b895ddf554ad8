// Reads requests from a stream of bytes, in pieces of any size.
//
//   kRequestLine -> kHeaders -+-> kBody ----------------------------------+-> kDone
//                             |                                           |
//                             +-> kChunkSize -> kChunkData -> kChunkEnd   |
//                             |       ^  |                        |       |
//                             |       |  +--0--> kTrailers -------(-------+
//                             |       +---------------------------+       |
//                             +-------------------------------------------+
//   any state -> kRejected
//
// It refuses everything that two readers could understand differently, because a proxy in front of us may be the other one (RFC 9112,
// section 11.2): bare LF, folded lines, blanks before a colon, two Content-Lengths even if equal, Content-Length beside
// Transfer-Encoding, chunk sizes with signs or blanks. What follows a refused request on the connection cannot be trusted, so the
// connection is to be closed.
#ifndef GORT_EXAMPLES_HTTPD_REQUEST_PARSER_H_
#define GORT_EXAMPLES_HTTPD_REQUEST_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gort/examples/httpd/request.h"

namespace gort::examples::httpd {

// What one request may make us keep. Beyond: 414 for the request line, 431 for header fields, 413 for the body.
struct Limits {
  std::size_t line_bytes = 8 << 10;     // each line, also a chunk's
  std::size_t header_bytes = 32 << 10;  // all fields with the trailer, and empty lines before the request
  std::size_t headers = 100;
  std::size_t body_bytes = 1 << 20;
};

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits) : limits_(limits) {}

  // Takes the bytes of `input` that belong to the current request, and returns how many these are: all of them unless done() or
  // rejection() then says something. The rest is the beginning of the next request.
  std::size_t Feed(std::string_view input);

  bool done() const { return state_ == State::kDone; }
  const Rejection* rejection() const { return rejection_ ? &*rejection_ : nullptr; }

  // No byte of a request has come: here a connection may end in peace.
  bool idle() const { return state_ == State::kRequestLine && line_.empty() && header_bytes_ == 0; }

  // The head is complete, the body is not.
  bool in_body() const { return state_ >= State::kBody && state_ < State::kDone; }

  // The head is complete, the body has not begun, and the client waits for "100 Continue" before it sends it. True once.
  bool TakeContinue();

  // Returns the request, once done(), and begins with the next one.
  Request Take();

 private:
  enum class State { kRequestLine, kHeaders, kBody, kChunkSize, kChunkData, kChunkEnd, kTrailers, kDone, kRejected };

  bool FeedLine(std::string_view* input);
  void FeedBody(std::string_view* input);
  void EndLine(std::string_view line);
  void RequestLine(std::string_view line);
  void HeaderLine(std::string_view line, bool trailer);
  void EndHeaders();
  void Framing(std::string_view name, std::string_view value);
  void ContentLength(std::string_view value);
  void TransferEncoding(std::string_view value);
  void Connection(std::string_view value);
  void ChunkSize(std::string_view line);
  void Reject(int status, std::string_view sentence);
  void LineTooLong();

  const Limits limits_;
  State state_ = State::kRequestLine;
  std::string line_;  // what has come of the current line
  std::size_t header_bytes_ = 0;
  std::uint64_t left_ = 0;  // of the body or the chunk
  bool chunked_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool continue_due_ = false;
  int hosts_ = 0;
  std::optional<std::uint64_t> content_length_;
  Request request_;
  std::optional<Rejection> rejection_;
};

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_REQUEST_PARSER_H_
