// What time it is.
#ifndef GORT_RUNTIME_TIME_NOW_H_
#define GORT_RUNTIME_TIME_NOW_H_

#include "absl/time/time.h"
#include "gort/gstruct/synctest.h"

namespace gort {

// The time; in a synctest bubble, the bubble's, which absl::Now() knows nothing of.
// Runs on: any.  Blocks: never.  Source: Go 1.27 time.Now.
absl::Time Now();

namespace internal {

// The time in `bubble`, or outside of any if that is null.
absl::Time NowIn(const runtime::synctestBubble* bubble);

}  // namespace internal
}  // namespace gort

#endif  // GORT_RUNTIME_TIME_NOW_H_
