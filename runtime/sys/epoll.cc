#include "gort/runtime/sys/epoll.h"

#include <atomic>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime::sys {
namespace {

constexpr int kEpollCloexec = kO_CLOEXEC;
constexpr int kEfdFlags = kO_CLOEXEC | kO_NONBLOCK;
constexpr int kGetFlags = 3;
constexpr int kSetFlags = 4;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosPerMilli = 1'000'000;
// The longest wait in milliseconds; who waits for longer looks again.
constexpr std::int64_t kLongestMillis = INT32_MAX;

// The kernel has refused epoll_pwait2. Relaxed: whoever does not know yet finds out by itself.
constinit std::atomic<bool> coarse{false};

template <typename T>
long Long(T* p) {
  return static_cast<long>(reinterpret_cast<std::uintptr_t>(p));
}

struct Pollfd {
  int fd;
  std::int16_t events;
  std::int16_t revents;
};

int Millis(std::int64_t delay_ns) {
  if (delay_ns < 0) return -1;
  const std::int64_t millis = delay_ns / kNanosPerMilli + (delay_ns % kNanosPerMilli != 0 ? 1 : 0);
  return static_cast<int>(millis < kLongestMillis ? millis : kLongestMillis);
}

}  // namespace

long EpollCreate() { return Syscall(kSysEpollCreate1, kEpollCloexec); }

long EpollCtl(int epfd, int op, int fd, const EpollEvent* event) { return Syscall(kSysEpollCtl, epfd, op, fd, Long(event)); }

long EpollWait(int epfd, EpollEvent* events, int count, std::int64_t delay_ns) {
  if (delay_ns != 0 && !coarse.load(std::memory_order_relaxed)) {
    const Timespec timeout = {delay_ns / kNanosPerSecond, delay_ns % kNanosPerSecond};
    const long n = Syscall(kSysEpollPwait2, epfd, Long(events), count, delay_ns < 0 ? 0 : Long(&timeout));
    if (n != -kENOSYS && n != -kEPERM) return n;
    coarse.store(true, std::memory_order_relaxed);
  }
  return Syscall(kSysEpollPwait, epfd, Long(events), count, Millis(delay_ns));
}

long Eventfd() { return Syscall(kSysEventfd2, 0, kEfdFlags); }

long SetNonblocking(int fd) {
  const long flags = Syscall(kSysFcntl, fd, kGetFlags);
  if (IsError(flags) || (flags & kO_NONBLOCK) != 0) return IsError(flags) ? flags : 0;
  return Syscall(kSysFcntl, fd, kSetFlags, flags | kO_NONBLOCK);
}

long PollNow(int fd, std::int16_t events) {
  Pollfd poll = {fd, events, 0};
  const Timespec now = {};
  const long n = Syscall(kSysPpoll, Long(&poll), 1, Long(&now));
  return n > 0 ? poll.revents : n;
}

}  // namespace gort::runtime::sys
