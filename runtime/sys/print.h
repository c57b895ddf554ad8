// Printing without libc, for the moments when nothing else may be trusted.
#ifndef GORT_RUNTIME_SYS_PRINT_H_
#define GORT_RUNTIME_SYS_PRINT_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime::sys {

// Formats into a buffer of its own and writes it to one file descriptor when it is full, on Flush and at the end of its
// life.
//
//   Printer().Str("runtime: sp=").Hex(sp).Str(" stack=[").Hex(lo).Str(", ").Hex(hi).Str("]\n");
//
// No lock, no allocation, no errno: usable in a signal handler, on a goroutine's stack and in a process that is coming
// down. One Printer reaches the descriptor in pieces of up to kBufferBytes, so a line is whole unless it is longer than
// that.
// Runs on: any.  Needs P: no.  Blocks: M, in write(2).  Errors: what cannot be written is dropped; there is nobody to
// tell.
class Printer {
 public:
  static constexpr size_t kBufferBytes = 512;

  // Takes `size_bytes` of text, on the thread that prints.
  using Sink = void (*)(void* to, const char* text, size_t size_bytes);

  explicit Printer(int fd = 2) : fd_(fd) {}
  Printer(Sink sink, void* to) : fd_(-1), sink_(sink), to_(to) {}
  ~Printer() { Flush(); }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  // How many bytes all Printers together have got rid of: how a watchdog sees that a report goes on.
  static uint64_t BytesWritten();
  // Counts bytes that somebody else wrote for the report.
  static void CountBytes(uint64_t n);

  Printer& Char(char c);
  // A null `s` prints as "<null>".
  Printer& Str(const char* s);
  Printer& Str(const char* s, size_t size_bytes);
  // Text that comes from the program's user: on one line and without a terminal's escapes. A control character is "\x1b".
  Printer& Escaped(const char* s);
  Printer& Dec(int64_t v);
  Printer& Udec(uint64_t v);
  // "0x" and lower-case digits without leading zeros, as Go's print of a uintptr in hex: Hex(0) is "0x0".
  Printer& Hex(uint64_t v);
  // Writes what is buffered, going on after short writes and EINTR.
  void Flush();

 private:
  size_t size_ = 0;
  int fd_;
  Sink sink_ = nullptr;  // in place of fd_
  void* to_ = nullptr;
  char buffer_[kBufferBytes];  // only the first size_ bytes mean anything
};

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_PRINT_H_
