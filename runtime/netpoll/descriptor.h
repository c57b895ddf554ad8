// netpoll::Descriptor: a file descriptor on which goroutines wait without keeping a thread: a pipe, a socket, a terminal, an eventfd,
// signalfd, timerfd, pidfd, inotify, ...
//
//     gort::netpoll::Descriptor child;
//     if (long failed = child.Open(pidfd_open(pid, 0)); failed != 0) ...       // -errno
//     child.SetReadDeadline(gort::netpoll::After(5'000'000'000));
//     long ended = child.WaitRead();                                            // 0, kClosed or kDeadlineExceeded
//
// Any number of goroutines and threads may use one at the same time. Readers take turns, and so do writers: bytes of two Writes do not
// mix. Close ends what waits. Deadlines may be set and moved by others while somebody waits, and stay till they are set anew.
//
// Results are numbers, as the kernel's: 0 or above is success, -4095 to -1 is -errno, and two more.
//
// What it is not for: regular files and directories are always ready to the kernel, and Open says -EPERM; read them under
// gort::Blocking. In a child after fork, before exec, nothing here works: Open says -EOPNOTSUPP, and only Close is of use.
//
// Source: Go 1.27 internal/poll.FD, and runtime/netpoll.go under it.
#ifndef GORT_RUNTIME_NETPOLL_DESCRIPTOR_H_
#define GORT_RUNTIME_NETPOLL_DESCRIPTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/runtime/netpoll/fdmutex.h"
#include "gort/runtime/netpoll/polldesc.h"

namespace gort::netpoll {

// The descriptor is closed, or was never opened.
inline constexpr long kClosed = -5001;
// The deadline has passed.
inline constexpr long kDeadlineExceeded = -5002;

// The time in `d_ns`, as deadlines are given: ns of CLOCK_MONOTONIC, or of the caller's synctest bubble.
std::int64_t After(std::int64_t d_ns);

class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  // Closes it if it is open. Nobody uses it any more.
  ~Descriptor() { Close(); }

  // Takes over fd, and makes it nonblocking. Once, before anybody else knows this object. Returns 0; or -errno, and then fd is still
  // the caller's, as it was: netpollopen (polldesc.h) says which, above all -EPERM for what cannot be polled.
  // Runs on: G | a plain thread, like all here.  Blocks: never.
  long Open(int fd);

  // Waits until a read, a write, would not block: as poll(2) sees it, so one may come again for what is still there.
  // Blocks: G.
  long WaitRead() { return WaitReady(runtime::PollMode::kRead); }
  long WaitWrite() { return WaitReady(runtime::PollMode::kWrite); }

  // Reads what there is, at least one byte. Returns how many bytes; 0: the end of the file, or size_bytes is 0.
  // Blocks: G.
  long Read(void* buf, std::size_t size_bytes);
  // Writes all of it. Returns size_bytes; with an error, some of it may have been written.
  // As write(2), it raises SIGPIPE for a pipe or socket that nobody reads. Blocks: G.
  long Write(const void* buf, std::size_t size_bytes);

  // Calls f(fd), a system call that reads (writes), until it returns something other than -EAGAIN; waits in between. Nobody else
  // reads (writes) meanwhile. f must not block, nor use this object.
  // Blocks: G.
  template <class F>
  long ReadWith(F&& f) {
    return Call(runtime::PollMode::kRead, f);
  }
  template <class F>
  long WriteWith(F&& f) {
    return Call(runtime::PollMode::kWrite, f);
  }
  // Returns f(fd), with fd kept open till then: for getsockopt, shutdown and their like.
  template <class F>
  long Use(F&& f) {
    if (pd_ == nullptr || !mutex_.incref()) return kClosed;
    const long result = f(fd_);
    if (mutex_.decref()) Destroy();
    return result;
  }

  // Units: netpoll::After. 0: no deadline; past: at once, even for a read that would find bytes. Returns 0 or kClosed.
  // Blocks: never.
  long SetDeadline(std::int64_t when_ns) { return SetDeadlines(true, true, when_ns); }
  long SetReadDeadline(std::int64_t when_ns) { return SetDeadlines(true, false, when_ns); }
  long SetWriteDeadline(std::int64_t when_ns) { return SetDeadlines(false, true, when_ns); }

  // Ends all waits with kClosed and closes fd; when it returns, fd is closed. Returns what close(2) does, kClosed the second time.
  // Blocks: G, till those whom it woke are out of their calls.
  long Close();

  // -1: not open. The number of another file as soon as somebody closes this: what must not happen meanwhile goes through Use.
  int fd() const { return pd_ != nullptr && !mutex_.closed() ? fd_ : -1; }

 private:
  // The one who reads (writes), for a scope.
  class Turn {
   public:
    Turn(Descriptor* d, runtime::PollMode mode) : d_(d), mode_(mode), entered_(d->pd_ != nullptr && d->mutex_.rwlock(mode)) {}
    ~Turn() {
      if (entered_ && d_->mutex_.rwunlock(mode_)) d_->Destroy();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool entered() const { return entered_; }

   private:
    Descriptor* const d_;
    const runtime::PollMode mode_;
    const bool entered_;
  };

  template <class F>
  long Call(runtime::PollMode mode, F&& f) {
    Turn turn(this, mode);
    if (!turn.entered()) return kClosed;
    if (const long failed = Begin(mode); failed != 0) return failed;
    for (;;) {
      const long result = f(fd_);
      if (result == kAgain) {
        if (const long failed = Wait(mode); failed != 0) return failed;
      } else if (result != kInterrupted) {
        if (mode == runtime::PollMode::kRead) AfterRead();
        return result;
      }
    }
  }

  static constexpr long kAgain = -11;       // -EAGAIN
  static constexpr long kInterrupted = -4;  // -EINTR

  long Begin(runtime::PollMode mode);
  long Wait(runtime::PollMode mode);
  long WaitReady(runtime::PollMode mode);
  long SetDeadlines(bool read, bool write, std::int64_t when_ns);
  static void AfterRead();
  void Destroy();

  runtime::fdMutex mutex_;
  runtime::pollDesc* pd_ = nullptr;  // constant from Open on
  int fd_ = -1;                      // likewise
  // close(2)'s result. Writer: Destroy, before it releases destroyed_. Reader: Close, after it has acquired that.
  long close_result_ = 0;
  std::atomic<std::uint32_t> destroyed_{0};
};

}  // namespace gort::netpoll

#endif  // GORT_RUNTIME_NETPOLL_DESCRIPTOR_H_
