#include "gort/runtime/time/now.h"

#include <atomic>

#include "absl/time/clock.h"
#include "gort/gstruct/g.h"
#include "gort/runtime/switch/getg.h"

namespace gort {

absl::Time Now() {
  const runtime::g* gp = runtime::getg();
  return internal::NowIn(gp != nullptr ? gp->bubble : nullptr);
}

absl::Time internal::NowIn(const runtime::synctestBubble* bubble) {
  return bubble == nullptr ? absl::Now() : absl::FromUnixNanos(bubble->now.load(std::memory_order_relaxed));
}

}  // namespace gort
