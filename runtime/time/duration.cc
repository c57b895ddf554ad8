#include "gort/runtime/time/duration.h"

namespace gort::internal {

std::int64_t ToTimerNs(absl::Duration d) {
  const std::int64_t ns = absl::ToInt64Nanoseconds(d);  // cuts off, and saturates
  return absl::Nanoseconds(ns) < d && ns < INT64_MAX ? ns + 1 : ns;
}

}  // namespace gort::internal
