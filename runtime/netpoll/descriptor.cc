#include "gort/runtime/netpoll/descriptor.h"

#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sema/sema.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sys/epoll.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/timer/timer.h"

namespace gort::netpoll {

namespace {

using runtime::PollError;
using runtime::PollMode;
namespace sys = runtime::sys;

// For the race detector: what is written anywhere happens before what is read anywhere later, as in Go (internal/poll.ioSync).
const char io_sync = 0;

long Result(PollError error) {
  switch (error) {
    case PollError::kNone: return 0;
    case PollError::kClosing: return kClosed;
    case PollError::kTimeout: return kDeadlineExceeded;
  }
  return kClosed;
}

}  // namespace

std::int64_t After(std::int64_t d_ns) {
  if (d_ns > 0) return runtime::timerafter(d_ns);
  const std::int64_t past = runtime::timerafter(0) + d_ns;
  return past > 0 ? past : 1;  // 0 would be none
}

long Descriptor::Open(int fd) {
  runtime::pollDesc* pd;
  if (const long failed = runtime::netpollopen(fd, &pd); failed != 0) return failed;
  if (const long failed = sys::SetNonblocking(fd); failed != 0) {
    runtime::netpollevict(pd);
    runtime::netpollclose(pd);
    return failed;
  }
  fd_ = fd;
  pd_ = pd;
  return 0;
}

long Descriptor::Begin(PollMode mode) {
  if (mode == PollMode::kWrite) runtime::racereleasemerge(&io_sync);
  return Result(runtime::netpollreset(pd_, mode));
}

long Descriptor::Wait(PollMode mode) { return Result(runtime::netpollwait(pd_, mode)); }

void Descriptor::AfterRead() { runtime::raceacquire(&io_sync); }

long Descriptor::WaitReady(PollMode mode) {
  const std::int16_t events = mode == PollMode::kRead ? sys::kPOLLIN : sys::kPOLLOUT;
  // Each look comes after a reset, or after the readiness was taken: what comes behind the look is not forgotten.
  const long ready = Call(mode, [events](int fd) {
    const long found = sys::PollNow(fd, events);
    return found == 0 ? kAgain : found;
  });
  return ready > 0 ? 0 : ready;
}

long Descriptor::Read(void* buf, std::size_t size_bytes) {
  return ReadWith([=](int fd) { return size_bytes == 0 ? 0 : sys::Read(fd, buf, size_bytes); });
}

long Descriptor::Write(const void* buf, std::size_t size_bytes) {
  const char* at = static_cast<const char*>(buf);
  std::size_t left = size_bytes;
  return WriteWith([&, size_bytes](int fd) {
    while (left != 0) {
      const long n = sys::Write(fd, at, left);
      if (n < 0) return n;
      at += n;
      left -= static_cast<std::size_t>(n);
    }
    return static_cast<long>(size_bytes);
  });
}

long Descriptor::SetDeadlines(bool read, bool write, std::int64_t when_ns) {
  if (pd_ == nullptr || !mutex_.incref()) return kClosed;
  runtime::netpolldeadline(pd_, read, write, when_ns);
  if (mutex_.decref()) Destroy();
  return 0;
}

long Descriptor::Close() {
  if (pd_ == nullptr || !mutex_.increfandclose()) return kClosed;
  runtime::netpollevict(pd_);
  if (mutex_.decref()) Destroy();
  runtime::semacquire1(&destroyed_, false, runtime::WaitReason::kSemacquire);
  return close_result_;
}

void Descriptor::Destroy() {
  runtime::netpollclose(pd_);
  const long result = sys::Close(fd_);
  close_result_ = result == -sys::kEINTR ? 0 : result;  // Linux has closed it nevertheless
  // From here on the object may be gone: semrelease1 uses its address as a name alone.
  runtime::semrelease1(&destroyed_, false);
}

}  // namespace gort::netpoll
