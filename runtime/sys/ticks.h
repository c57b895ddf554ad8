// The cheapest clock for many time stamps: the processor's counter where it can serve as one, otherwise CLOCK_MONOTONIC.
//
// Ticks have no unit: who turns them into time reads Nanotime beside them, twice, and divides (runtime/trace/snapshot.h).
#ifndef GORT_RUNTIME_SYS_TICKS_H_
#define GORT_RUNTIME_SYS_TICKS_H_

#include <cstdint>

#include "gort/runtime/sys/linux.h"

namespace gort::runtime::sys {

#if defined(__x86_64__)
// edx of cpuid's `leaf`; 0 when the processor has not got that leaf. Source: Intel SDM volume 2, CPUID.
inline std::uint32_t CpuidEdx(std::uint32_t leaf) {
  std::uint32_t a = leaf & 0x80000000;
  std::uint32_t b;
  std::uint32_t c = 0;
  std::uint32_t d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a < leaf) return 0;
  a = leaf;
  c = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return d;
}
#endif

// Whether the processor counts at a constant rate, whatever it does, sleep included.
// Source: Intel SDM volume 3, "Invariant TSC"; AMD APM volume 3, CPUID Fn8000_0007 and Fn8000_0001 (rdtscp).
inline bool HasInvariantCounter() {
#if defined(__x86_64__)
  constexpr std::uint32_t kInvariantTsc = 1U << 8;
  constexpr std::uint32_t kRdtscp = 1U << 27;
  return (CpuidEdx(0x80000001) & kRdtscp) != 0 && (CpuidEdx(0x80000007) & kInvariantTsc) != 0;
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
