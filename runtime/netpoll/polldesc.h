// pollDesc: what a goroutine waits with for one descriptor, and how the poller, a deadline or a close wakes it.
//
// A descriptor is registered with epoll once, for both directions and edge-triggered: the kernel says "something came" once, and
// each half keeps that until somebody asks. A half is one word, pollHalf::waiter:
//
//                            netpollready                       netpollblock: takes it
//         +------------ pdNil ----------------> pdReady ------------------------------------> pdNil
//         |               ^
//         | netpollblock  | netpollunblock; deadline or close found before the park
//         v               |
//       pdWait -----------+------ netpollready: pdReady, and no park
//         |
//         | netpollblockcommit, on g0: the goroutine is kGwaiting
//         v
//       its g* ---------------- netpollready: pdReady ---- goready; the goroutine takes it: pdNil
//         |
//         +-------------------- deadline, close: pdNil --- goready; the goroutine asks why: netpollcheckerr
//
// The race with a deadline or a close, which each look after they have said what they do (sequentially consistent, all of it):
//
//     who waits                                    deadline, close
//       1 waiter: pdNil -> pdWait                    1 expired = true, or closing = true
//       2 expired or closing? then do not park       2 waiter: g* -> pdNil and wake; pdWait -> pdNil and the commit fails
//
// One goroutine at a time may wait for each half: fdMutex (fdmutex.h) sees to it.
//
// Reuse. A pollDesc is never freed, only used again for another descriptor. An event that the kernel had on its way for the old one
// carries the old fdseq and is dropped. It may pass that look at the moment of the close, and then says "ready" to the new
// one: so ready means "try", and whoever tries in vain waits again.
//
// A half keeps a stale "ready" in the same way, from bytes that were read before the reader came to wait. So: try first, then
// wait; netpollreset before the try forgets what came before, which the try finds out by itself.
//
// Source: Go 1.27 runtime/netpoll.go, for names, states and the order of steps. Not as there: no error of the event alone (it is for
// terminals opened one way), two timers also when both deadlines are the same, no list of descriptors that the collector walks.
#ifndef GORT_RUNTIME_NETPOLL_POLLDESC_H_
#define GORT_RUNTIME_NETPOLL_POLLDESC_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/glist.h"
#include "gort/gstruct/mutex.h"
#include "gort/runtime/timer/timer.h"

namespace gort::runtime {

enum class PollMode : std::uint8_t { kRead, kWrite };
inline constexpr int kPollModes = 2;

enum class PollError : std::uint8_t { kNone, kClosing, kTimeout };

// The states of pollHalf::waiter; any other value is a g*.
inline constexpr std::uintptr_t pdNil = 0;
inline constexpr std::uintptr_t pdReady = 1;
inline constexpr std::uintptr_t pdWait = 2;

struct pollHalf {
  // See above. Writers: who waits, the poller, deadlines, close; by compare-and-swap.
  std::atomic<std::uintptr_t> waiter;
  // The deadline has passed. Writer: under lock. Readers: who is about to wait.
  std::atomic<bool> expired;
  // The deadline's timer was started since the descriptor was opened. Guard: lock.
  bool timed;
  // Which deadline it is: a timer that was started for an earlier one finds another number. Never set back. Guard: lock.
  std::uint64_t seq;
  timer deadline;
};

struct alignas(64) pollDesc {
  pollDesc* link;  // the free list; guard: its lock
  int fd;          // constant while in use
  // How often it was closed. Writer: netpollclose. Reader: the poller.
  std::atomic<std::uint32_t> fdseq;
  // Writer: netpollevict, under lock. Readers: who is about to wait.
  std::atomic<bool> closing;
  mutex lock;
  pollHalf half[kPollModes];
};

// Makes a pollDesc for fd, which is nonblocking, and registers it. Returns 0 or -errno: -EPERM for a file that cannot be polled (a
// regular file, a directory), -EEXIST for one that is registered, -EMFILE, -ENFILE, -ENOMEM, -ENOSPC for a lack of the poller's own;
// then nothing is left behind, and a later call may succeed. -EOPNOTSUPP in a child after fork that has not called exec: the poller
// and its threads are the parent's.
// Runs on: G | a plain thread.  Blocks: never.  Source: Go 1.27 runtime.poll_runtime_pollOpen.
long netpollopen(int fd, pollDesc** made);

// Wakes who waits and lets nobody wait any more. Once.
// Runs on: any.  Locks: takes pd->lock.  Source: Go 1.27 runtime.poll_runtime_pollUnblock.
void netpollevict(pollDesc* pd);

// Takes the descriptor out of the poller and gives pd back. After netpollevict, when nobody uses it; before close(2), after which
// the number may be another file's.
// Runs on: G | a plain thread.  Blocks: G, while a deadline's function runs elsewhere.  Source: Go 1.27 runtime.poll_runtime_pollClose.
void netpollclose(pollDesc* pd);

// Why nobody may wait now; kNone: one may.
// Runs on: any.  Source: Go 1.27 runtime.netpollcheckerr.
PollError netpollcheckerr(const pollDesc* pd, PollMode mode);

// Forgets that the descriptor became ready; before one tries. Does nothing but that if the result is not kNone.
// Runs on: the one who may wait for this half.  Source: Go 1.27 runtime.poll_runtime_pollReset.
PollError netpollreset(pollDesc* pd, PollMode mode);

// Waits until the descriptor has become ready since the last netpollreset or netpollwait.
// Runs on: as netpollreset.  Blocks: G.  Source: Go 1.27 runtime.poll_runtime_pollWait.
PollError netpollwait(pollDesc* pd, PollMode mode);

// Sets the deadline of a half: waits that last till then end with kTimeout, and so does every later one until another is set.
// Runs on: any; several at once: one of them is the last.  Locks: takes pd->lock.
// Units: ns of the clock of timers (timerafter). 0: none. In the past: at once.
// Source: Go 1.27 runtime.poll_runtime_pollSetDeadline.
void netpolldeadline(pollDesc* pd, bool read, bool write, std::int64_t when_ns);

// The poller: `pd` is ready for reading, for writing. Adds who waited to *list, runnable; wakes plain threads by itself.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.netpollready.
void netpollready(gList* list, pollDesc* pd, bool read, bool write);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_NETPOLL_POLLDESC_H_
