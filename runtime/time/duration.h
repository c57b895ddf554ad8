// Durations as our functions take them: absl::Duration, or any std::chrono::duration in its place.
#ifndef GORT_RUNTIME_TIME_DURATION_H_
#define GORT_RUNTIME_TIME_DURATION_H_

#include <chrono>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"

namespace gort::internal {

// `d` as an absl::Duration, which reaches further: nothing overflows, and infinite or too long ones become infinite.
template <class Rep, class Period>
absl::Duration ToDuration(std::chrono::duration<Rep, Period> d) {
  if constexpr (std::is_floating_point_v<Rep>) {
    return absl::Seconds(std::chrono::duration<double>(d).count());
  } else {
    if (!std::in_range<std::int64_t>(d.count())) return absl::InfiniteDuration();
    return absl::Seconds(Period::num) * static_cast<std::int64_t>(d.count()) / Period::den;
  }
}

// Nanoseconds for a timer: rounded up, so that nothing comes early; the most there is for what is too long.
std::int64_t ToTimerNs(absl::Duration d);

}  // namespace gort::internal

#endif  // GORT_RUNTIME_TIME_DURATION_H_
