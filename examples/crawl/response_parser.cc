#include "gort/examples/crawl/response_parser.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gort/examples/httpd/syntax.h"

namespace gort::examples::crawl {
namespace {

absl::Status Malformed(std::string_view what) { return absl::InvalidArgumentError(absl::StrCat("malformed response: ", what)); }

bool AllDigits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit); }

}  // namespace

absl::Status ResponseParser::Feed(std::string_view input) {
  absl::Status status;
  while (status.ok() && !input.empty() && !done()) {
    const bool body = state_ == State::kBody || state_ == State::kUntilEnd || state_ == State::kChunkData;
    status = body ? FeedBody(&input) : FeedLine(&input);
  }
  return status;
}

absl::Status ResponseParser::End() {
  if (state_ == State::kUntilEnd) state_ = State::kDone;
  if (done()) return absl::OkStatus();
  return Malformed(head_bytes_ == 0 ? "the server sent nothing" : "it ends too early");
}

// Takes one line, or the beginning of one.
absl::Status ResponseParser::FeedLine(std::string_view* input) {
  const std::size_t newline = input->find('\n');
  const std::size_t taken = newline == input->npos ? input->size() : newline + 1;
  head_bytes_ += taken;
  if (head_bytes_ > kMaxHeadBytes) return absl::ResourceExhaustedError("the head of the response is too large");
  line_.append(input->substr(0, taken));
  input->remove_prefix(taken);
  if (newline == std::string_view::npos) return absl::OkStatus();
  if (!absl::EndsWith(line_, "\r\n")) return Malformed("a line ends without CR");
  const std::string line = line_.substr(0, line_.size() - 2);
  line_.clear();
  return EndLine(line);
}

absl::Status ResponseParser::FeedBody(std::string_view* input) {
  const std::size_t taken = state_ == State::kUntilEnd ? input->size() : std::min<std::uint64_t>(left_, input->size());
  if (page_.body.size() + taken > kMaxBodyBytes) return absl::ResourceExhaustedError("the body of the response is too large");
  page_.body.append(input->substr(0, taken));
  input->remove_prefix(taken);
  if (state_ == State::kUntilEnd) return absl::OkStatus();
  left_ -= taken;
  if (left_ == 0) state_ = state_ == State::kBody ? State::kDone : State::kChunkEnd;
  return absl::OkStatus();
}

absl::Status ResponseParser::EndLine(std::string_view line) {
  switch (state_) {
    case State::kChunkSize:
      return ChunkSize(line);
    case State::kChunkEnd:
      if (!line.empty()) return Malformed("a chunk is longer than it says");
      state_ = State::kChunkSize;
      return absl::OkStatus();
    case State::kTrailers:
      if (line.empty()) state_ = State::kDone;
      return absl::OkStatus();
    default:
      break;
  }
  if (page_.status == 0) return StatusLine(line);
  if (!line.empty()) return Field(line);
  EndHead();
  return absl::OkStatus();
}

absl::Status ResponseParser::StatusLine(std::string_view line) {
  // "HTTP/1.1 200 OK"; the words may be missing, and the blank before them.
  if (!absl::StartsWith(line, "HTTP/1.") || line.size() < 12 || line[8] != ' ' || !AllDigits(line.substr(9, 3)) ||
      (line.size() > 12 && line[12] != ' ') || !absl::SimpleAtoi(line.substr(9, 3), &page_.status) || page_.status < 100) {
    return Malformed("the first line is no status line");
  }
  return absl::OkStatus();
}

absl::Status ResponseParser::Field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || !httpd::IsToken(line.substr(0, colon))) return Malformed("a line of the head is no field");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = httpd::TrimBlanks(line.substr(colon + 1));
  if (absl::EqualsIgnoreCase(name, "content-type")) {
    page_.content_type = absl::AsciiStrToLower(value);
  } else if (absl::EqualsIgnoreCase(name, "location")) {
    page_.location = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "transfer-encoding")) {
    if (!absl::EqualsIgnoreCase(value, "chunked")) return Malformed("a transfer encoding other than chunked");
    chunked_ = true;
  } else if (absl::EqualsIgnoreCase(name, "content-length")) {
    std::uint64_t length;
    if (!AllDigits(value) || !absl::SimpleAtoi(value, &length)) return Malformed("Content-Length is no number");
    if (has_length_ && length != left_) return Malformed("two different Content-Lengths");
    has_length_ = true;
    left_ = length;
  }
  return absl::OkStatus();
}

void ResponseParser::EndHead() {
  if (page_.status < 200) {  // 100 Continue and its like come before the response
    page_ = Page();
    chunked_ = has_length_ = false;
    left_ = 0;
  } else if (page_.status == 204 || page_.status == 304) {
    state_ = State::kDone;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    state_ = left_ == 0 ? State::kDone : State::kBody;
  } else {
    state_ = State::kUntilEnd;
  }
}

absl::Status ResponseParser::ChunkSize(std::string_view line) {
  const std::string_view digits = httpd::TrimBlanks(line.substr(0, line.find(';')));
  left_ = 0;
  if (digits.empty() || digits.size() > 15) return Malformed("the size of a chunk");
  for (char c : digits) {
    if (httpd::HexValue(c) < 0) return Malformed("the size of a chunk");
    left_ = left_ * 16 + static_cast<std::uint64_t>(httpd::HexValue(c));
  }
  head_bytes_ = 0;
  state_ = left_ == 0 ? State::kTrailers : State::kChunkData;
  return absl::OkStatus();
}

}  // namespace gort::examples::crawl
