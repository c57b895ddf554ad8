#include "gort/runtime/trace/json.h"

namespace gort::trace::internal {

namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// How many bytes at the beginning of `text`, which is not empty, are one character of UTF-8; 0: none. Overlong forms, surrogates and
// what is beyond U+10FFFF are none. Source: RFC 3629, section 4.
std::size_t Utf8Length(Text text) {
  const auto first = static_cast<unsigned char>(text.data[0]);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size < n) return 0;
  for (std::size_t i = 1; i < n; ++i) {
    if (!IsContinuation(text.data[i])) return 0;
  }
  const auto second = static_cast<unsigned char>(text.data[1]);
  if (first == 0xe0 && second < 0xa0) return 0;
  if (first == 0xed && second > 0x9f) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  return n;
}

}  // namespace

void Json::Char(char c) {
  if (size_ == kBufferBytes) Flush();
  if (!failed_ && buffer_) buffer_[size_++] = c;
}

Json& Json::Raw(Text text) {
  if (text.size > kBufferBytes - size_) Flush();
  if (failed_ || !buffer_) return *this;
  if (text.size <= kBufferBytes) {
    __builtin_memcpy(buffer_.get() + size_, text.data, text.size);
    size_ += text.size;
    return *this;
  }
  for (std::size_t i = 0; i < text.size; ++i) Char(text.data[i]);
  return *this;
}

Json& Json::Udec(std::uint64_t v) {
  char digits[20];
  std::size_t n = sizeof(digits);
  do {
    digits[--n] = static_cast<char>('0' + v % 10);
    v /= 10;
  } while (v != 0);
  return Raw({digits + n, sizeof(digits) - n});
}

Json& Json::Dec(std::int64_t v) {
  if (v < 0) Char('-');
  return Udec(v < 0 ? -static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v));
}

Json& Json::Micros(std::int64_t ns) {
  Dec(ns / 1000);
  const auto rest = static_cast<int>(ns % 1000);
  const char decimals[] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                           static_cast<char>('0' + rest % 10)};
  return Raw({decimals, sizeof(decimals)});
}

Json& Json::Quote() {
  Char('"');
  return *this;
}

Json& Json::Unquote() {
  Char('"');
  return *this;
}

Json& Json::Add(Text text) {
  constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < text.size;) {
    const char c = text.data[i];
    const std::size_t n = Utf8Length({text.data + i, text.size - i});
    if (n == 0) {
      Raw("\xef\xbf\xbd");
    } else if (n > 1) {
      Raw({text.data + i, n});
    } else if (c == '"' || c == '\\') {
      Char('\\');
      Char(c);
    } else if (c < ' ' || c == '\x7f') {
      Raw("\\u00");
      Char(kHex[c >> 4]);
      Char(kHex[c & 15]);
    } else {
      Char(c);
    }
    i += n != 0 ? n : 1;
  }
  return *this;
}

bool Json::Flush() {
  if (!buffer_) failed_ = true;
  if (!failed_ && size_ != 0 && !sink_.write(sink_.arg, buffer_.get(), size_)) failed_ = true;
  size_ = 0;
  return !failed_;
}

}  // namespace gort::trace::internal
