// Reads a response of HTTP/1.1 from a stream of bytes, in pieces of any size. RFC 9112.
//
//   kHead -+-> kBody (Content-Length) ---------------------+-> kDone
//          +-> kUntilEnd (neither; the connection's end) --+
//          +-> kChunkSize -> kChunkData -> kChunkEnd       |
//          |       ^  |                       |            |
//          |       |  +--0--> kTrailers ------(------------+
//          |       +--------------------------+            |
//          +-> (1xx: another head follows)  (204, 304) ----+
#ifndef GORT_EXAMPLES_CRAWL_RESPONSE_PARSER_H_
#define GORT_EXAMPLES_CRAWL_RESPONSE_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace gort::examples::crawl {

struct Page {
  int status = 0;
  std::string content_type;  // as it was sent, in small letters
  std::string location;      // of a redirection
  std::string body;          // without its chunks' framing
};

class ResponseParser {
 public:
  static constexpr std::size_t kMaxHeadBytes = 64 << 10;  // status line and fields; trailers likewise
  static constexpr std::size_t kMaxBodyBytes = 16 << 20;

  // Takes all of `input`; what follows the response is dropped.
  // Errors: InvalidArgument, what is wrong with the response; ResourceExhausted, it is too large. Then it is of no further use.
  absl::Status Feed(std::string_view input);

  // The stream has ended.  Errors: InvalidArgument if the response has not.
  absl::Status End();

  bool done() const { return state_ == State::kDone; }
  Page& page() { return page_; }

 private:
  enum class State { kHead, kBody, kUntilEnd, kChunkSize, kChunkData, kChunkEnd, kTrailers, kDone };

  absl::Status FeedLine(std::string_view* input);
  absl::Status FeedBody(std::string_view* input);
  absl::Status EndLine(std::string_view line);
  absl::Status StatusLine(std::string_view line);
  absl::Status Field(std::string_view line);
  void EndHead();
  absl::Status ChunkSize(std::string_view line);

  State state_ = State::kHead;
  Page page_;
  std::string line_;  // what has come of the current line
  std::size_t head_bytes_ = 0;
  bool chunked_ = false;
  bool has_length_ = false;
  std::uint64_t left_ = 0;  // of the body or the chunk
};

}  // namespace gort::examples::crawl

#endif  // GORT_EXAMPLES_CRAWL_RESPONSE_PARSER_H_
