#include "gort/examples/redisd/resp_parser.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/number.h"

namespace gort::examples::redisd {
namespace {

constexpr std::size_t kLineBytes = 64 << 10;  // Redis's PROTO_INLINE_MAX_SIZE
constexpr std::int64_t kArguments = 1 << 20;
constexpr std::int64_t kBulkBytes = 512 << 20;  // Redis's proto-max-bulk-len
// A client that only announces a large string or array must not make us find the memory for it.
constexpr std::size_t kReserveBytes = 64 << 10;
constexpr std::size_t kReserveArguments = 64;

}  // namespace

std::size_t RespParser::Feed(std::string_view input) {
  const std::size_t size = input.size();
  while (!input.empty() && state_ != State::kDone && state_ != State::kError) {
    if (state_ == State::kStart) state_ = input.front() == '*' ? State::kArray : State::kInline;
    if (state_ == State::kBulk || state_ == State::kBulkEnd) {
      FeedBulk(&input);
    } else if (!FeedLine(&input)) {
      break;
    }
  }
  return size - input.size();
}

Command RespParser::Take() {
  state_ = State::kStart;
  return std::exchange(command_, Command());
}

void RespParser::Fail(std::string text) {
  state_ = State::kError;
  error_ = absl::StrCat("Protocol error: ", text);
}

// Takes one line from `input`, or what there is of one; returns false if its end has not come yet.
bool RespParser::FeedLine(std::string_view* input) {
  const std::size_t newline = input->find('\n');
  const std::size_t taken = newline == std::string_view::npos ? input->size() : newline + 1;
  if (line_.size() + taken > kLineBytes) {
    Fail(state_ == State::kInline  ? "too big inline request"
         : state_ == State::kArray ? "too big mbulk count string"
                                   : "too big bulk count string");
    return false;
  }
  std::string_view line = input->substr(0, taken);
  input->remove_prefix(taken);
  if (newline == std::string_view::npos || !line_.empty()) line_.append(line);
  if (newline == std::string_view::npos) return false;
  const std::string kept = std::exchange(line_, std::string());
  if (!kept.empty()) line = kept;
  line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  EndLine(line);
  return true;
}

void RespParser::EndLine(std::string_view line) {
  if (state_ == State::kInline) return InlineLine(line);
  if (state_ == State::kArray) return ArrayLine(line);
  BulkSizeLine(line);
}

void RespParser::InlineLine(std::string_view line) {
  if (!SplitInline(line, &command_)) return Fail("unbalanced quotes in request");
  state_ = command_.empty() ? State::kStart : State::kDone;
}

void RespParser::ArrayLine(std::string_view line) {
  const std::optional<std::int64_t> count = ParseInteger(line.substr(1));
  if (!count || *count > kArguments) return Fail("invalid multibulk length");
  state_ = *count > 0 ? State::kBulkSize : State::kStart;
  if (*count <= 0) return;
  arguments_ = static_cast<std::size_t>(*count);
  command_.reserve(std::min(arguments_, kReserveArguments));
}

void RespParser::BulkSizeLine(std::string_view line) {
  // Redis shows the byte that came instead, also when it is the end of the line.
  if (line.empty() || line.front() != '$')
    return Fail(absl::StrCat("expected '$', got '", line.empty() ? "\r" : line.substr(0, 1), "'"));
  const std::optional<std::int64_t> size = ParseInteger(line.substr(1));
  if (!size || *size < 0 || *size > kBulkBytes) return Fail("invalid bulk length");
  left_ = static_cast<std::size_t>(*size);
  command_.emplace_back().reserve(std::min(left_, kReserveBytes));
  state_ = left_ > 0 ? State::kBulk : State::kBulkEnd;
  if (left_ == 0) left_ = 2;
}

void RespParser::FeedBulk(std::string_view* input) {
  const std::size_t taken = std::min(left_, input->size());
  if (state_ == State::kBulk) command_.back().append(input->substr(0, taken));
  input->remove_prefix(taken);
  left_ -= taken;
  if (left_ > 0) return;
  if (state_ == State::kBulk) {
    // As Redis, we skip the two bytes after the string without looking at them: its length has said where it ends.
    state_ = State::kBulkEnd;
    left_ = 2;
    return;
  }
  state_ = --arguments_ > 0 ? State::kBulkSize : State::kDone;
}

}  // namespace gort::examples::redisd
