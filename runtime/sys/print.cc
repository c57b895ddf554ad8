#include "gort/runtime/sys/print.h"

#include <atomic>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime::sys {
namespace {

constexpr size_t kMaxDigits = 20;  // 2^64 - 1 in decimal

constinit std::atomic<uint64_t> bytes_written{0};

}  // namespace

uint64_t Printer::BytesWritten() { return bytes_written.load(std::memory_order_relaxed); }

void Printer::CountBytes(uint64_t n) { bytes_written.fetch_add(n, std::memory_order_relaxed); }

Printer& Printer::Char(char c) {
  if (size_ == kBufferBytes) Flush();
  buffer_[size_++] = c;
  return *this;
}

Printer& Printer::Escaped(const char* s) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (; *s != '\0'; ++s) {
    const auto c = static_cast<unsigned char>(*s);
    if (c >= ' ' && c != 0x7f) {
      Char(*s);
    } else {
      Str("\\x").Char(kDigits[c >> 4]).Char(kDigits[c & 15]);
    }
  }
  return *this;
}

Printer& Printer::Str(const char* s) {
  if (s == nullptr) s = "<null>";
  while (*s != '\0') Char(*s++);
  return *this;
}

Printer& Printer::Str(const char* s, size_t size_bytes) {
  for (size_t i = 0; i < size_bytes; ++i) Char(s[i]);
  return *this;
}

Printer& Printer::Dec(int64_t v) {
  if (v >= 0) return Udec(static_cast<uint64_t>(v));
  // Negated as unsigned: the smallest int64 has no positive counterpart.
  return Char('-').Udec(-static_cast<uint64_t>(v));
}

Printer& Printer::Udec(uint64_t v) {
  char digits[kMaxDigits];
  size_t first = kMaxDigits;
  do {
    digits[--first] = static_cast<char>('0' + v % 10);
    v /= 10;
  } while (v != 0);
  return Str(digits + first, kMaxDigits - first);
}

Printer& Printer::Hex(uint64_t v) {
  char digits[kMaxDigits];
  size_t first = kMaxDigits;
  do {
    digits[--first] = "0123456789abcdef"[v % 16];
    v /= 16;
  } while (v != 0);
  return Str("0x").Str(digits + first, kMaxDigits - first);
}

void Printer::Flush() {
  size_t done = 0;
  if (sink_ != nullptr) {
    sink_(to_, buffer_, size_);
    done = size_;
  }
  while (done < size_) {
    const long n = Write(fd_, buffer_ + done, size_ - done);
    if (n == -kEINTR) continue;
    if (IsError(n) || n == 0) break;  // nowhere to complain to; losing a report must not hang the process
    done += static_cast<size_t>(n);
    CountBytes(static_cast<uint64_t>(n));
  }
  size_ = 0;
}

}  // namespace gort::runtime::sys
