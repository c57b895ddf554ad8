#include "gort/runtime/sched/rand.h"

#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

std::uint32_t cheaprand() {
  m* mp = selfg()->m;
  // With a seed: the stream goes with the only P, not with the M that happens to hold it.
  std::uint64_t* state = seeded && mp->p != nullptr ? &seed : &mp->cheaprand;
  *state += 0x9e3779b97f4a7c15;
  std::uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

std::uint64_t randseed(const m* mp) {
  return static_cast<std::uint64_t>(sys::Nanotime()) ^ (reinterpret_cast<uintptr_t>(mp) << 20);
}

}  // namespace gort::runtime
