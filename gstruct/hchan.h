// hchan: a channel. waitq: the goroutines that wait on one side of it.
//
// Invariant: at least one of sendq and recvq is empty, except for a goroutine that is in a select on both sides. For a
// buffered channel, qcount > 0 means recvq is empty and qcount < dataqsiz means sendq is empty.
// Guard: lock, for every field but the constants dataqsiz, elemsize and elemtype.
//
// Source: Go 1.27 runtime.hchan, runtime.waitq; every offset is Go's.
#ifndef GORT_GSTRUCT_HCHAN_H_
#define GORT_GSTRUCT_HCHAN_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"

namespace gort::runtime {

struct sudog;
struct timer;
struct synctestBubble;
struct chantype;

struct waitq {
  sudog* first;
  sudog* last;
};

struct hchan {
  std::atomic<std::uint64_t> qcount;  // values in buf; read without the lock by Len and the non-blocking fast path
  std::uint64_t dataqsiz;             // slots of buf: the capacity. Constant
  void* buf;                          // ring of dataqsiz slots. Constant
  std::uint16_t elemsize;             // bytes of one value; 0xffff means "see elemtype". Constant
  std::atomic<std::uint32_t> closed;  // 0 or 1; read without the lock by the non-blocking fast path
  struct timer* timer;                // the timer that feeds this channel; null for ordinary ones
  const chantype* elemtype;           // how to move and destroy a value. Constant
  std::uint64_t sendx;                // slot for the next send
  std::uint64_t recvx;                // slot of the next receive
  waitq recvq;                        // blocked receivers, first in first out
  waitq sendq;                        // blocked senders, first in first out
  synctestBubble* bubble;             // the bubble it was made in; null when none
  mutex lock;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_HCHAN_H_
