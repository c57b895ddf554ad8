// Channels without their type: what Chan<T> (//runtime/channel) and select are made of.
//
//                        chansend                                    chanrecv
//                           |                                            |
//        a receiver waits?  | yes: give it the value, ready it           | a sender waits?  unbuffered: take its value
//                           |                                            |                  full: take the head, its value
//        room in the buffer?| yes: put it there                          |                        goes to the tail
//                           |                                            | values in the buffer? take the head
//        otherwise          | wait in sendq                              | wait in recvq
//
// A waiter's sudog lies on its own stack. Whoever takes it off the queue, under the lock, owns it until goready: the value
// moves, outside the lock, straight between the two stacks.
//
// An hchan lives as long as a handle refers to it, and whoever calls in here holds one until the call returns: so a channel that
// somebody waits on is never freed.
//
// Nothing here throws; what panics in Go comes back as a ChanStatus.
// Source: Go 1.27 runtime/chan; where we differ, it is said.
#ifndef GORT_RUNTIME_CHAN_CHAN_H_
#define GORT_RUNTIME_CHAN_CHAN_H_

#include <cstdint>

#include "gort/gstruct/hchan.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/chan/chantype.h"

namespace gort::runtime {

enum class ChanStatus : std::uint8_t {
  kOk,             // the value moved; for closechan: closed
  kNotReady,       // not without blocking, and block was false
  kClosed,         // recv: closed and drained; send and close: a panic, nothing was moved
  kNil,            // close of a nil channel
  kOutsideBubble,  // the channel was made in a synctest bubble that the caller is not in: a panic
};

// Makes a channel for `size` values of type `t`, with one handle. Null when that is negative or more memory than there is.
// It belongs to the caller's synctest bubble, if there is one.
// Runs on: any.  Blocks: never.
// Source: Go 1.27 runtime.makechan.
[[nodiscard]] hchan* makechan(const chantype* t, std::int64_t size);

// One handle more, one handle less. The last one destroys the values in the buffer and frees the channel. Null is allowed.
// Runs on: any.  Needs: the caller holds a handle.  Blocks: as the values' destructors do.
void chanref(hchan* c);
void chanunref(hchan* c);

// Sends *value, which is moved from if and only if the result is kOk.
// c is null: kNotReady, or the caller waits for ever.
// Runs on: G | a plain thread.  Blocks: G, if `block`.  Locks: takes c->lock.
// Source: Go 1.27 runtime.chansend.
ChanStatus chansend(hchan* c, void* value, bool block);

// Receives into `place`, which is filled if and only if the result is kOk.
// c is null: kNotReady, or the caller waits for ever.
// Runs on: G | a plain thread.  Blocks: G, if `block`.  Locks: takes c->lock.
// Source: Go 1.27 runtime.chanrecv.
ChanStatus chanrecv(hchan* c, void* place, bool block);

// Closes c: all receivers that wait get kClosed, all senders too. kOk, or kNil, kClosed, kOutsideBubble.
// Runs on: any.  Blocks: never.  Locks: takes c->lock.
// Source: Go 1.27 runtime.closechan.
ChanStatus closechan(hchan* c);

// Values in the buffer, and slots. 0 for null, and for timer channels, which behave as unbuffered although they have a slot.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.chanlen, runtime.chancap.
std::int64_t chanlen(const hchan* c);
std::int64_t chancap(const hchan* c);

// The bytes of memory from c on that are c's own, buffer included. For leak reports.
// Runs on: any.  Blocks: never.
std::uint64_t chanbytes(const hchan* c);

// Stops the caller for ever: a nil channel, or a select in which nothing can happen.
// Runs on: G | a plain thread.  Blocks: G.  Source: Go 1.27 runtime.block.
[[noreturn]] void parkforever(WaitReason reason);

// What a channel asks of the timer that feeds it (hchan.timer). The timer is in a heap only while somebody waits on the
// channel; so it must be asked to catch up before anybody looks.
// Writer: the package of timers, before it makes the first timer channel. Readers: any that hold such a channel.
// Source: Go 1.27 timer.maybeRunChan, blockTimerChan, unblockTimerChan.
struct chantimerhooks {
  // Sends what is due by now, or does nothing. Before a receive looks; without locks.
  void (*maybeRunChan)(timer* t);
  // One waiter more: the timer must be in a heap. With c->lock held, so t->f, which sends, must not run in here.
  void (*blockTimerChan)(timer* t);
  // One waiter less. Without locks.
  void (*unblockTimerChan)(timer* t);
  // The last handle is gone: nobody will ever receive. Forget the channel, free the timer. Ours: Go has a collector.
  void (*freeTimerChan)(timer* t);
};
extern chantimerhooks timerhooks;

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_CHAN_CHAN_H_
