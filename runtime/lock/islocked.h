// A look at a lock by who must not wait for it.
#ifndef GORT_RUNTIME_LOCK_ISLOCKED_H_
#define GORT_RUNTIME_LOCK_ISLOCKED_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"

namespace gort::runtime {

// Whether somebody holds `l`, at one moment of the call. The state is the lower half of the key; where lock ranks are checked, the upper
// half is the rank, held or not.
// Runs on: any; usually while all others stand still.  Blocks: never.
inline bool islocked(const mutex& l) { return static_cast<std::uint32_t>(l.key.load(std::memory_order_relaxed)) != 0; }

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_ISLOCKED_H_
