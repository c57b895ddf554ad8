#include "gort/examples/httpd/request_parser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gort/examples/httpd/syntax.h"

namespace gort::examples::httpd {

std::size_t RequestParser::Feed(std::string_view input) {
  const std::size_t size = input.size();
  while (!input.empty() && state_ != State::kDone && state_ != State::kRejected) {
    if (state_ == State::kBody || state_ == State::kChunkData) {
      FeedBody(&input);
    } else if (!FeedLine(&input)) {
      break;
    }
  }
  return size - input.size();
}

bool RequestParser::TakeContinue() {
  return std::exchange(continue_due_, false) && (state_ == State::kBody || state_ == State::kChunkSize);
}

Request RequestParser::Take() {
  Request request = std::move(request_);
  request_ = Request();
  state_ = State::kRequestLine;
  header_bytes_ = 0;
  chunked_ = says_close_ = says_keep_alive_ = continue_due_ = false;
  hosts_ = 0;
  content_length_.reset();
  return request;
}

void RequestParser::Reject(int status, std::string_view sentence) {
  if (state_ == State::kRejected) return;
  state_ = State::kRejected;
  rejection_ = {status, sentence};
}

void RequestParser::LineTooLong() {
  if (state_ == State::kRequestLine) return Reject(414, "The request line is too long.");
  if (state_ == State::kHeaders || state_ == State::kTrailers) return Reject(431, "A header field is too long.");
  Reject(400, "The line with a chunk's size is too long.");
}

// Takes one line from `input`, or what there is of one; returns false if its end has not come yet.
bool RequestParser::FeedLine(std::string_view* input) {
  const std::size_t newline = input->find('\n');
  const std::size_t taken = newline == std::string_view::npos ? input->size() : newline + 1;
  // The limit holds before the end of a line is known, so nobody makes us keep more than that.
  if (line_.size() + taken > limits_.line_bytes + 2) {
    input->remove_prefix(taken);
    LineTooLong();
    return false;
  }
  std::string_view line = input->substr(0, taken);
  input->remove_prefix(taken);
  if (newline == std::string_view::npos || !line_.empty()) line_.append(line);
  if (newline == std::string_view::npos) return false;
  // Most lines come in one piece and are never copied into line_.
  const std::string kept = std::exchange(line_, std::string());
  if (!kept.empty()) line = kept;
  line.remove_suffix(1);
  if (line.empty() || line.back() != '\r') {
    Reject(400, "A line ends with LF alone instead of CR LF.");
    return false;
  }
  line.remove_suffix(1);
  EndLine(line);
  return true;
}

void RequestParser::EndLine(std::string_view line) {
  switch (state_) {
    case State::kRequestLine:
      return RequestLine(line);
    case State::kHeaders:
      return line.empty() ? EndHeaders() : HeaderLine(line, /*trailer=*/false);
    case State::kTrailers:
      if (!line.empty()) return HeaderLine(line, /*trailer=*/true);
      state_ = State::kDone;
      return;
    case State::kChunkSize:
      return ChunkSize(line);
    case State::kChunkEnd:
      if (!line.empty()) return Reject(400, "A chunk is longer than its size says.");
      state_ = State::kChunkSize;
      return;
    case State::kBody:
    case State::kChunkData:
    case State::kDone:
    case State::kRejected:
      return;
  }
}

void RequestParser::RequestLine(std::string_view line) {
  if (line.empty()) {  // RFC 9112, section 2.2: some clients send one after a body
    header_bytes_ += 2;
    if (header_bytes_ > limits_.header_bytes) Reject(400, "There are too many empty lines before the request.");
    return;
  }
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == last) return Reject(400, "The request line is not a method, a target and a version.");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method)) return Reject(400, "The method is not a token.");
  if (!IsTargetText(target)) return Reject(400, "The target holds blanks or characters that must be percent-encoded.");
  if (version.size() != 8 || !absl::StartsWith(version, "HTTP/") || !IsDigit(version[5]) || version[6] != '.' ||
      !IsDigit(version[7])) {
    return Reject(400, "The version is not of the form HTTP/1.1.");
  }
  if (version[5] != '1') return Reject(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  request_.method = method;
  request_.target = target;
  request_.minor_version = version[7] - '0';
  state_ = State::kHeaders;
}

void RequestParser::HeaderLine(std::string_view line, bool trailer) {
  header_bytes_ += line.size() + 2;
  if (header_bytes_ > limits_.header_bytes) return Reject(431, "The header fields are too long altogether.");
  if (IsBlank(line.front())) return Reject(400, "A header field is folded over several lines.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Reject(400, "A header field has no colon.");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (!IsToken(name)) return Reject(400, "A header field's name is not a token, or a blank stands before its colon.");
  if (!IsFieldText(value)) return Reject(400, "A header field's value holds a control character.");
  // A trailer is read for its syntax and dropped: nothing in it may change what has been decided from the head.
  if (trailer) return;
  if (request_.headers.size() >= limits_.headers) return Reject(431, "There are too many header fields.");
  Framing(name, value);
  request_.headers.push_back({std::string(name), std::string(value)});
}

// Looks at the fields that say where the request ends and what becomes of the connection.
void RequestParser::Framing(std::string_view name, std::string_view value) {
  if (absl::EqualsIgnoreCase(name, "content-length")) return ContentLength(value);
  if (absl::EqualsIgnoreCase(name, "transfer-encoding")) return TransferEncoding(value);
  if (absl::EqualsIgnoreCase(name, "connection")) return Connection(value);
  if (absl::EqualsIgnoreCase(name, "host")) {
    if (++hosts_ > 1) return Reject(400, "There are two Host fields.");
    if (!IsAuthority(value)) Reject(400, "The Host field is not a host with or without a port.");
    return;
  }
  if (absl::EqualsIgnoreCase(name, "expect")) {
    if (!absl::EqualsIgnoreCase(value, "100-continue"))
      return Reject(417, "Only the expectation 100-continue can be met.");
    // A client of HTTP/1.0 cannot understand a 100: RFC 9110, section 10.1.1.
    request_.expects_continue = request_.minor_version >= 1;
  }
}

void RequestParser::ContentLength(std::string_view value) {
  if (content_length_) return Reject(400, "There are two Content-Length fields.");
  if (value.empty() || !std::all_of(value.begin(), value.end(), IsDigit))
    return Reject(400, "Content-Length is not a number.");
  std::uint64_t length = 0;
  for (const char c : value) {
    const std::uint64_t digit = static_cast<std::uint64_t>(c - '0');
    if (length > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return Reject(413, "The body is too long.");
    length = length * 10 + digit;
  }
  content_length_ = length;
}

void RequestParser::TransferEncoding(std::string_view value) {
  if (request_.minor_version == 0) return Reject(400, "Transfer-Encoding does not exist in HTTP/1.0.");
  if (chunked_) return Reject(400, "There are two Transfer-Encoding fields.");
  if (absl::EqualsIgnoreCase(value, "chunked")) {
    chunked_ = true;
    return;
  }
  if (!absl::EndsWithIgnoreCase(value, "chunked")) return Reject(400, "The last transfer coding is not chunked.");
  Reject(501, "No transfer coding is known but chunked.");
}

void RequestParser::Connection(std::string_view value) {
  for (const std::string_view option : absl::StrSplit(value, ',')) {
    says_close_ |= absl::EqualsIgnoreCase(TrimBlanks(option), "close");
    says_keep_alive_ |= absl::EqualsIgnoreCase(TrimBlanks(option), "keep-alive");
  }
}

void RequestParser::EndHeaders() {
  if (request_.minor_version >= 1 && hosts_ == 0) return Reject(400, "The Host field is missing.");
  if (chunked_ && content_length_) return Reject(400, "There are both Content-Length and Transfer-Encoding.");
  if (content_length_.value_or(0) > limits_.body_bytes) return Reject(413, "The body is too long.");
  request_.keep_alive = !says_close_ && (request_.minor_version >= 1 || says_keep_alive_);
  left_ = content_length_.value_or(0);
  state_ = chunked_ ? State::kChunkSize : left_ > 0 ? State::kBody : State::kDone;
  continue_due_ = request_.expects_continue && state_ != State::kDone;
}

void RequestParser::ChunkSize(std::string_view line) {
  const std::size_t semicolon = line.find(';');  // extensions follow; nobody defines any
  const std::string_view digits = line.substr(0, semicolon);
  if (digits.empty() || digits.size() > 15)
    return Reject(400, "A chunk's size is not a hexadecimal number of at most 15 digits.");
  if (!IsFieldText(line.substr(digits.size()))) return Reject(400, "A chunk's extension holds a control character.");
  // Extensions count as fields do: otherwise each byte of a body could come with a line's worth of them.
  header_bytes_ += line.size() - digits.size();
  if (header_bytes_ > limits_.header_bytes) return Reject(431, "The extensions of the chunks are too long altogether.");
  left_ = 0;
  for (const char c : digits) {
    if (HexValue(c) < 0) return Reject(400, "A chunk's size is not a hexadecimal number of at most 15 digits.");
    left_ = left_ * 16 + static_cast<std::uint64_t>(HexValue(c));
  }
  if (left_ > limits_.body_bytes - request_.body.size()) return Reject(413, "The body is too long.");
  state_ = left_ > 0 ? State::kChunkData : State::kTrailers;
}

void RequestParser::FeedBody(std::string_view* input) {
  const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input->size()));
  request_.body.append(input->substr(0, taken));
  input->remove_prefix(taken);
  left_ -= taken;
  if (left_ == 0) state_ = state_ == State::kBody ? State::kDone : State::kChunkEnd;
}

}  // namespace gort::examples::httpd
