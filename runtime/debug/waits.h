// What a goroutine waits for, as seen while every other thread stands still.
#ifndef GORT_RUNTIME_DEBUG_WAITS_H_
#define GORT_RUNTIME_DEBUG_WAITS_H_

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/hchan.h"
#include "gort/gstruct/sudog.h"
#include "gort/runtime/debug/addressspace.h"

namespace gort::runtime {

enum class Waiting : std::uint8_t {
  kNot,        // it runs or will run; or a timer, the network, or its synctest bubble wakes it
  kUnsettled,  // it is about to be woken, or to wait: somebody stopped in the middle of that. So it counts as kNot, for now
  kForObjects, // only who gets hold of one of its objects can wake it
  kForEver,    // nobody can
};

// Runs on: any.  Needs: gp and everybody who could wake it stand still.
Waiting WaitingOf(const g* gp);

// The objects that gp waits for, when that is kForObjects: `f(channel, nullptr)` or `f(nullptr, address)` for each.
template <class F>
void EachWaitObject(const g* gp, F&& f) {
  if (gp->waiting == nullptr) {
    f(static_cast<const hchan*>(nullptr), gp->param);
    return;
  }
  for (const sudog* sg = gp->waiting; sg != nullptr; sg = sg->c.vp != nullptr ? sg->waitlink : nullptr) {
    f(sg->c.vp, sg->c.vp != nullptr ? nullptr : sg->elem.vp);
  }
}

// Whether `at` lies in one of the sudogs that gp waits with, to which the objects' own lists refer.
inline bool IsInWaitersList(const g* gp, std::uintptr_t at) {
  for (const sudog* sg = gp->waiting; sg != nullptr; sg = sg->c.vp != nullptr ? sg->waitlink : nullptr) {
    if (at - reinterpret_cast<std::uintptr_t>(sg) < sizeof(sudog)) return true;
  }
  return false;
}

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_WAITS_H_
