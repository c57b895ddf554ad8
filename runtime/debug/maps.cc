#include "gort/runtime/debug/maps.h"

#include <cstring>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

// Takes a number off *at.
std::uint64_t TakeNumber(const char** at, unsigned base) {
  std::uint64_t value = 0;
  for (;; ++*at) {
    const char c = **at;
    unsigned digit = base;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a' + 10);
    if (digit >= base) return value;
    value = value * base + digit;
  }
}

// Behind the word that `at` is in, and the blanks that follow.
const char* SkipWord(const char* at) {
  while (*at != ' ' && *at != '\0') ++at;
  while (*at == ' ') ++at;
  return at;
}

// "7f00-7f10 r-xp 00001000 08:01 1234    /usr/lib/libc.so.6"
bool Parse(const char* at, MapsLine* line) {
  line->range.lo = TakeNumber(&at, 16);
  if (*at++ != '-') return false;
  line->range.hi = TakeNumber(&at, 16);
  if (*at++ != ' ' || std::strlen(at) < 5) return false;
  line->readable = at[0] == 'r';
  line->writable = at[1] == 'w';
  line->executable = at[2] == 'x';
  line->shared = at[3] == 's';
  at = SkipWord(at);
  line->offset = TakeNumber(&at, 16);
  at = SkipWord(SkipWord(at));  // over the device
  line->inode = TakeNumber(&at, 10);
  line->path = SkipWord(at);
  return true;
}

}  // namespace

MapsFile::MapsFile() : fd_(static_cast<int>(sys::Open("/proc/self/maps", sys::kO_RDONLY | sys::kO_CLOEXEC))), ok_(fd_ >= 0) {}

MapsFile::~MapsFile() {
  if (fd_ >= 0) sys::Close(fd_);
}

// Makes room, and reads on. False: the end.
bool MapsFile::Fill() {
  std::memmove(buffer_, buffer_ + at_, size_ - at_);
  size_ -= at_;
  at_ = 0;
  long n;
  do {
    n = sys::Read(fd_, buffer_ + size_, sizeof(buffer_) - 1 - size_);
  } while (n == -sys::kEINTR);
  if (n < 0) ok_ = false;
  if (n > 0) size_ += static_cast<std::size_t>(n);
  return n > 0;
}

char* MapsFile::NextText() {
  while (ok_) {
    char* const text = buffer_ + at_;
    char* const end = static_cast<char*>(std::memchr(text, '\n', size_ - at_));
    const bool was_cut = cut_;
    if (end != nullptr) {
      *end = '\0';
      at_ = static_cast<std::size_t>(end + 1 - buffer_);
      cut_ = false;
    } else if (at_ == 0 && size_ == sizeof(buffer_) - 1) {  // longer than the buffer: the rest is a part of the path
      buffer_[size_] = '\0';
      at_ = size_;
      cut_ = true;
    } else if (Fill()) {
      continue;
    } else {
      return nullptr;
    }
    if (!was_cut) return text;
  }
  return nullptr;
}

bool MapsFile::Next(MapsLine* line) {
  for (char* text; (text = NextText()) != nullptr;) {
    if (Parse(text, line)) return true;
  }
  return false;
}

}  // namespace gort::runtime
