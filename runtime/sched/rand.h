// Random numbers for the scheduler's choices: cheap, one stream for each M, not for secrets.
#ifndef GORT_RUNTIME_SCHED_RAND_H_
#define GORT_RUNTIME_SCHED_RAND_H_

#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// The next number of the calling thread's stream. With GORT_SCHED_SEED the stream of the one P that runs goroutines follows
// from the seed alone.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.cheaprand; the generator is SplitMix64 (Steele, Lea, Flood 2014).
std::uint32_t cheaprand();

// A number below n, which is above 0. The bias is at most n / 2^32. Source: Lemire, "Fast random integer generation in an interval".
inline std::uint32_t cheaprandn(std::uint32_t n) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(cheaprand()) * n) >> 32);
}

// Where the stream of a new M starts: from the clock and the m's address.
std::uint64_t randseed(const m* mp);

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_RAND_H_
