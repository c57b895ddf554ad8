// The cheapest clock for many time stamps: the processor's counter where it can serve as one, otherwise CLOCK_MONOTONIC.
//
// Ticks have no unit: who turns them into time reads Nanotime beside them, twice, and divides (runtime/trace/snapshot.h).
#ifndef GORT_RUNTIME_SYS_TICKS_H_
#define GORT_RUNTIME_SYS_TICKS_H_

#include <cstdint>

#include "gort/runtime/sys/linux.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace gort::runtime::sys {

// Whether the processor counts at a constant rate, whatever it does, sleep included.
// Source: Intel SDM volume 3, "Invariant TSC"; AMD APM volume 3, CPUID Fn8000_0007 and Fn8000_0001 (rdtscp).
inline bool HasInvariantCounter() {
#if defined(__x86_64__)
  constexpr unsigned kInvariantTsc = 1U << 8;
  constexpr unsigned kRdtscp = 1U << 27;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(0x80000001, &a, &b, &c, &d) == 0 || (d & kRdtscp) == 0) return false;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & kInvariantTsc) != 0;
#else
  return false;
#endif
}

// The counter if `counter`, which HasInvariantCounter has said, otherwise nanoseconds of CLOCK_MONOTONIC.
// rdtscp and not rdtsc, which is 10 ns cheaper: it waits for the loads before it. So if a thread has seen what another one did
// after taking its stamp, the stamps have that order, too.
// Runs on: any.  Needs P: no.  Blocks: never.
inline std::uint64_t Ticks([[maybe_unused]] bool counter) {
#if defined(__x86_64__)
  if (counter) [[likely]] {
    unsigned cpu;
    return __builtin_ia32_rdtscp(&cpu);
  }
#endif
  return static_cast<std::uint64_t>(Nanotime());
}

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_TICKS_H_
