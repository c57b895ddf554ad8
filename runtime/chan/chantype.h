// chantype: what a channel must know of the type of its values.
//
// A value is in one of three places, and moves only between them:
//
//      the sender's T  --put-->  a slot of the buffer  --deliver-->  the receiver's place
//             |                                                            ^
//             +--------------------- deliver (hand-off) -------------------+
//
// A receiver's place is whatever its front end says (Chan<T>: a std::optional<T>, which deliver fills). A sender's T stays
// alive, moved from, and its owner destroys it; a slot is destroyed by the channel as soon as it has been moved from.
//
// Types that are trivially copyable have no functions: `size` bytes are copied, and the receiver's place is plain memory.
// Source: Go 1.27 runtime._type, of which a channel uses size, alignment and typedmemmove.
#ifndef GORT_RUNTIME_CHAN_CHANTYPE_H_
#define GORT_RUNTIME_CHAN_CHANTYPE_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/switch/getg.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// Constant; lives for ever.
struct chantype {
  std::uint16_t size;   // bytes of a slot; 0 for types without content, which need no buffer
  std::uint16_t align;  // a power of two
  // For all three: null when bytes are copied instead. They must not throw, block, or use the channel: put, and deliver from a
  // slot, run under its lock.
  void (*put)(void* slot, void* value);       // constructs a slot from a T, which is moved from
  void (*deliver)(void* place, void* value);  // gives a T, which is moved from, to a receiver
  void (*destroy)(void* slot);                // ends the life of a slot
};

// Copies `size` bytes. The usual sizes as a load and a store; a call of memcpy for 8 bytes would cost as much as the lock.
inline void copyvalue(void* to, const void* from, std::size_t size) {
  switch (size) {
    case 0:
      return;
    case 4:
      __builtin_memcpy(to, from, 4);
      return;
    case 8:
      __builtin_memcpy(to, from, 8);
      return;
    case 16:
      __builtin_memcpy(to, from, 16);
      return;
    default:
      __builtin_memcpy(to, from, size);
  }
}

// Calls one of the type's functions, which are the user's code: in there the goroutine must not yield (runtime/sched/preempt.h),
// because the channel is locked.
template <typename... Args>
inline void callpinned(void (*fn)(Args...), Args... args) {
  g* gp = getg();  // null on a thread that gort does not know; there nothing yields
  if (gp != nullptr) pin(gp->m);
  fn(args...);
  if (gp != nullptr) unpin(gp->m);
}

inline void putvalue(const chantype* t, void* slot, void* value) {
  if (t->put == nullptr) {
    copyvalue(slot, value, t->size);
  } else {
    callpinned(t->put, slot, value);
  }
}

inline void delivervalue(const chantype* t, void* place, void* value) {
  if (t->deliver == nullptr) {
    copyvalue(place, value, t->size);
  } else {
    callpinned(t->deliver, place, value);
  }
}

inline void destroyslot(const chantype* t, void* slot) {
  if (t->destroy != nullptr) callpinned(t->destroy, slot);
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_CHAN_CHANTYPE_H_
