// select without types: waits until one of several channel operations can go on, and does it.
//
//   1. Poll order: the cases shuffled. Lock order: by the address of the channel.
//   2. All channels locked. The first case in poll order that can go on is done: all unlocked, over.
//   3. Otherwise one sudog for each case goes into its queue, and the goroutine parks, which unlocks.
//   4. Somebody serves one of the cases. Who changes g.selectDone from 0 to 1 has won; others drop our entry and go on.
//   5. The losers' sudogs are taken out of their queues, each in constant time.
//
// No memory is allocated: cases, orders and sudogs are the caller's, mostly on its stack.
//
// A timeout is a case too: a timer in our frame whose function runs for selectDone as any sender does. One timer serves them
// all, because only the earliest can win.
//
// Source: Go 1.27 runtime.selectgo. In step 5 Go locks all channels again, together; we lock one after another, and not the
// winner's: a select over n channels costs 4n-2 locked operations in place of 4n.
#ifndef GORT_RUNTIME_SELECT_SELECTGO_H_
#define GORT_RUNTIME_SELECT_SELECTGO_H_

#include <cstdint>

#include "gort/gstruct/hchan.h"
#include "gort/gstruct/sudog.h"
#include "gort/runtime/chan/chan.h"

namespace gort::runtime {

enum class SelectDir : std::uint8_t {
  kNever,  // for a default, whose index shall count
  kSend,
  kRecv,
  kTimeout,
};

// One case. Source: Go 1.27 runtime.scase.
struct scase {
  hchan* c;                 // kSend, kRecv; null: never ready
  void* elem;               // the value to send, or the place to receive into (chan.h)
  std::int64_t timeout_ns;  // kTimeout, from now; up to 0: ready at once. INT64_MAX: never
  SelectDir dir;
};

// The most cases that a select can have: 16 bits number them. Source: Go 1.27 reflect.Select.
inline constexpr int kMaxCases = 65536;

struct SelectResult {
  int index;          // of the case that ran; -1: none could, and block was false
  ChanStatus status;  // of that case, as chansend's or chanrecv's; kOk for a timeout
};

// Runs one of the `ncases` cases, chosen uniformly among those that are ready, waiting for one if `block`. `order` is room for
// 2*ncases numbers, `sudogs` for ncases. Without a case that could ever be ready it waits for ever.
// Runs on: G | a plain thread.  Blocks: G, if `block`.  Locks: takes those of the channels, in order of address.
// Errors: kOutsideBubble for a channel of another synctest bubble, before anything else happens.
// Source: Go 1.27 runtime.selectgo.
SelectResult selectgo(const scase* cases, std::uint16_t* order, sudog* sudogs, int ncases, bool block);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SELECT_SELECTGO_H_
