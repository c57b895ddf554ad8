#include "gort/runtime/netpoll/epoll.h"

#include <atomic>

#include "gort/gstruct/mutex.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sys/epoll.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

constexpr long kEOPNOTSUPP = 95;
constexpr int kEventsAtOnce = 128;
constexpr int kTagBits = 22;
constexpr int kAlignBits = 6;
constexpr std::uint32_t kTagMask = (1u << kTagBits) - 1;
static_assert(alignof(pollDesc) == 1 << kAlignBits);

constexpr std::uint64_t kBreak = 0;  // the eventfd's data
constexpr std::uint32_t kRead = sys::kEPOLLIN | sys::kEPOLLRDHUP | sys::kEPOLLHUP | sys::kEPOLLERR;
constexpr std::uint32_t kWrite = sys::kEPOLLOUT | sys::kEPOLLHUP | sys::kEPOLLERR;

// Constant once `made` says so.
struct {
  mutex lock;
  std::atomic<bool> made;
  int epfd;
  int eventfd;
  int pid;  // whose it is
} constinit poller = {};

// 1: netpollbreak has written since the eventfd was last read.
constinit std::atomic<std::uint32_t> netpollWakeSig{0};

// Counts registrations. What was written before one is seen by whom the kernel tells of its events; this says so in C++ as well.
constinit std::atomic<std::uint32_t> registrations{0};

bool IsParents() { return sys::Getpid() != poller.pid; }

void Drain() {
  std::uint64_t count;
  sys::Read(poller.eventfd, &count, sizeof(count));
  netpollWakeSig.store(0, std::memory_order_seq_cst);
}

// hooks.netpoll. Source: Go 1.27 runtime.netpoll.
gList Poll(std::int64_t delay_ns) {
  sys::EpollEvent events[kEventsAtOnce];
  const long n = sys::EpollWait(poller.epfd, events, kEventsAtOnce, delay_ns);
  if (sys::IsError(n) && n != -sys::kEINTR) sys::Fatal("netpoll: the kernel does not wait on epoll (was its descriptor closed?)");
  registrations.load(std::memory_order_acquire);
  gList list = {};
  for (long i = 0; i < n; ++i) {
    const std::uint32_t bits = events[i].events;
    const std::uint64_t data = events[i].data;
    if (data == kBreak) {
      if (delay_ns != 0) Drain();  // who only looks leaves it to the one who sleeps
    } else if (netpolltagvalid(data)) {
      netpollready(&list, netpolltagdesc(data), (bits & kRead) != 0, (bits & kWrite) != 0);
    }
  }
  return list;
}

// hooks.netpollbreak.
void Break() {
  if (netpollWakeSig.exchange(1, std::memory_order_seq_cst) != 0) return;
  const std::uint64_t one = 1;
  while (sys::Write(poller.eventfd, &one, sizeof(one)) == -sys::kEINTR) {
  }
}

// Source: Go 1.27 runtime.netpollinit. Its lack of descriptors is the caller's error, and not the program's end as in Go.
long MakePoller() {
  const long epfd = sys::EpollCreate();
  if (epfd < 0) return epfd;
  const long eventfd = sys::Eventfd();
  const sys::EpollEvent wake = {sys::kEPOLLIN, kBreak};
  const long failed =
      eventfd < 0 ? eventfd : sys::EpollCtl(static_cast<int>(epfd), sys::kEPOLL_CTL_ADD, static_cast<int>(eventfd), &wake);
  if (failed < 0) {
    sys::Close(static_cast<int>(epfd));
    if (eventfd >= 0) sys::Close(static_cast<int>(eventfd));
    return failed;
  }
  poller.epfd = static_cast<int>(epfd);
  poller.eventfd = static_cast<int>(eventfd);
  poller.pid = sys::Getpid();
  netpollinstall(&Poll, &Break);
  // Release: pairs with the acquire in EnsurePoller.
  poller.made.store(true, std::memory_order_release);
  return 0;
}

long EnsurePoller() {
  if (poller.made.load(std::memory_order_acquire)) return 0;
  lock(&poller.lock);
  const long failed = poller.made.load(std::memory_order_relaxed) ? 0 : MakePoller();
  unlock(&poller.lock);
  return failed;
}

}  // namespace

std::uint64_t netpolltag(const pollDesc* pd, std::uint32_t seq) {
  return std::uint64_t{reinterpret_cast<std::uintptr_t>(pd)} >> kAlignBits << kTagBits | (seq & kTagMask);
}

pollDesc* netpolltagdesc(std::uint64_t tag) {
  return reinterpret_cast<pollDesc*>(static_cast<std::uintptr_t>(tag >> kTagBits << kAlignBits));
}

bool netpolltagvalid(std::uint64_t tag) {
  // Acquire: pairs with the release in netpollclose.
  return (netpolltagdesc(tag)->fdseq.load(std::memory_order_acquire) & kTagMask) == (tag & kTagMask);
}

long netpollregister(int fd, pollDesc* pd) {
  if (const long failed = EnsurePoller(); failed != 0) return failed;
  if (IsParents()) return -kEOPNOTSUPP;
  const std::uint64_t tag = netpolltag(pd, pd->fdseq.load(std::memory_order_relaxed));
  if (netpolltagdesc(tag) != pd) sys::Fatal("netpoll: memory above 2^48, which an event's tag cannot name");
  const sys::EpollEvent event = {sys::kEPOLLIN | sys::kEPOLLOUT | sys::kEPOLLRDHUP | sys::kEPOLLET, tag};
  registrations.fetch_add(1, std::memory_order_acq_rel);
  return sys::EpollCtl(poller.epfd, sys::kEPOLL_CTL_ADD, fd, &event);
}

void netpollunregister(int fd) {
  if (!IsParents()) sys::EpollCtl(poller.epfd, sys::kEPOLL_CTL_DEL, fd, nullptr);
}

}  // namespace gort::runtime
