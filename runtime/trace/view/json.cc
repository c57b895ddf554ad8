#include "gort/runtime/trace/view/json.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gort::trace::view {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(uint32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
  } else {
    if (point < 0x10000) {
      out += static_cast<char>(0xE0 | point >> 12);
    } else {
      out += static_cast<char>(0xF0 | point >> 18);
      out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    }
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
  }
  out += static_cast<char>(0x80 | (point & 0x3F));
}

// The length of the UTF-8 sequence at the start of `text`, or 0 if there is none: overlong forms, surrogates and numbers above
// U+10FFFF are none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

void Json::FailAt(size_t place, std::string_view what) {
  if (!ok()) return;
  place = std::min(place, text_.size());
  const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(place), '\n');
  status_ = absl::InvalidArgumentError(absl::StrFormat("line %d (byte %d): %s", line, place + 1, what));
  at_ = text_.size();
}

void Json::SkipSpace() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    at_++;
  value_at_ = at_;
}

Json::Kind Json::Peek() {
  SkipSpace();
  if (at_ == text_.size()) return Kind::kEnd;
  switch (text_[at_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    default:
      return text_[at_] == '-' || IsDigit(text_[at_]) ? Kind::kNumber : Kind::kWord;
  }
}

void Json::Enter(char bracket, std::string_view what) {
  SkipSpace();
  if (at_ == text_.size()) return Fail("the file ends in the middle of the trace");
  if (At() != bracket) return Fail(absl::StrCat("expected ", what));
  if (depth_ == kMaxDepth) return Fail("brackets are nested too deeply for a trace");
  at_++;
  depth_++;
  first_ = true;
}

// Consumes what stands between two members or elements, or the closing bracket.
bool Json::Next(char closing) {
  SkipSpace();
  if (!ok()) return false;
  if (at_ == text_.size()) {
    Fail("the file ends in the middle of the trace");
    return false;
  }
  if (At() == closing) {
    at_++;
    depth_--;
    first_ = false;
    return false;
  }
  if (!first_) {
    if (At() != ',') {
      Fail(absl::StrCat("expected ',' or '", std::string_view(&closing, 1), "'"));
      return false;
    }
    at_++;
    SkipSpace();
  }
  first_ = false;
  return true;
}

bool Json::NextElement() { return Next(']'); }

bool Json::NextMember() {
  if (!Next('}')) return false;
  ReadString(key_);
  SkipSpace();
  if (ok() && At() != ':') Fail(at_ == text_.size() ? "the file ends in the middle of the trace" : "expected ':'");
  at_++;
  return ok();
}

const std::string& Json::String() {
  SkipSpace();
  ReadString(string_);
  return string_;
}

void Json::ReadString(std::string& out) {
  out.clear();
  if (!ok()) return;
  if (at_ == text_.size()) return Fail("the file ends in the middle of the trace");
  if (At() != '"') return Fail("expected a string");
  at_++;
  while (ok() && At() != '"') {
    if (at_ == text_.size()) return Fail("the file ends in the middle of a string");
    if (At() == '\\') {
      ReadEscape(out);
    } else if (static_cast<unsigned char>(At()) < 0x20) {
      return Fail("a string holds a control character that is not escaped");
    } else {
      CopyUtf8(out);
    }
  }
  at_++;
  if (!ok()) out.clear();
}

// Copies up to the next character that is special in a string.
void Json::CopyUtf8(std::string& out) {
  const size_t begin = at_;
  while (at_ < text_.size()) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"' || c == '\\' || c < 0x20) break;
    const size_t length = Utf8Length(text_.substr(at_));
    if (length == 0) return Fail("a string is not UTF-8");
    at_ += length;
  }
  out.append(text_, begin, at_ - begin);
}

bool Json::ReadHex4(uint32_t& unit) {
  if (at_ + 4 > text_.size()) return false;
  const char* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
  if (error != std::errc() || end != begin + 4) return false;
  at_ += 4;
  return true;
}

void Json::ReadEscape(std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  constexpr uint32_t kReplacement = 0xFFFD;
  at_++;
  const char name = At();
  at_++;
  if (const size_t which = kNames.find(name); name != '\0' && which != std::string_view::npos) {
    out += kMeanings[which];
    return;
  }
  uint32_t unit = 0;
  if (name != 'u' || !ReadHex4(unit)) return Fail("a string holds an unknown escape sequence");
  // The first half of a character beyond U+FFFF; the second follows as an escape of its own.
  if (unit >= 0xD800 && unit < 0xDC00) {
    const size_t back = at_;
    uint32_t second = 0;
    if (text_.substr(at_, 2) == "\\u" && (at_ += 2, ReadHex4(second)) && second >= 0xDC00 && second < 0xE000) {
      return AppendUtf8(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00), out);
    }
    at_ = back;
  }
  AppendUtf8(unit >= 0xD800 && unit < 0xE000 ? kReplacement : unit, out);
}

// Consumes the characters of a number; an error if JSON's grammar has none there.
std::string_view Json::ReadNumber() {
  SkipSpace();
  if (!ok()) return {};
  const size_t begin = at_;
  const auto digits = [this] {
    const size_t first = at_;
    while (IsDigit(At())) at_++;
    return at_ > first;
  };
  const auto is = [this](std::string_view set) { return at_ < text_.size() && set.find(text_[at_]) != set.npos; };
  if (is("-")) at_++;
  bool good = true;
  if (is("0")) {
    at_++;
    good = !IsDigit(At());  // 012 is no number
  } else {
    good = digits();
  }
  if (good && is(".")) {
    at_++;
    good = digits();
  }
  if (good && is("eE")) {
    at_++;
    if (is("+-")) at_++;
    good = digits();
  }
  if (!good) {
    Fail(at_ == text_.size() ? "the file ends in the middle of the trace" : "expected a number");
    return {};
  }
  return text_.substr(begin, at_ - begin);
}

double Json::Double() {
  const std::string_view number = ReadNumber();
  double value = 0;
  if (!ok()) return 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc()) Fail("a number is too large or too small");
  return ok() ? value : 0;
}

int64_t Json::Int() {
  const std::string_view number = ReadNumber();
  int64_t value = 0;
  if (!ok()) return 0;
  const char* const limit = number.data() + number.size();
  const auto [end, error] = std::from_chars(number.data(), limit, value);
  if (error != std::errc() || end != limit) Fail("expected a whole number of at most 64 bits");
  return ok() ? value : 0;
}

void Json::ReadWord() {
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text_.substr(at_, word.size()) != word) continue;
    at_ += word.size();
    return;
  }
  Fail("expected a value");
}

void Json::Skip() {
  switch (Peek()) {
    case Kind::kObject:
      for (EnterObject(); NextMember();) Skip();
      return;
    case Kind::kArray:
      for (EnterArray(); NextElement();) Skip();
      return;
    case Kind::kString:
      ReadString(string_);
      return;
    case Kind::kNumber:
      ReadNumber();
      return;
    case Kind::kWord:
      return ReadWord();
    case Kind::kEnd:
      return Fail("the file ends in the middle of the trace");
  }
}

void Json::End() {
  SkipSpace();
  if (at_ != text_.size()) Fail("something follows after the end of the trace");
}

}  // namespace gort::trace::view
