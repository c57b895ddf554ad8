// GORT_DEBUG=stacks=1: how deep the stacks of each go statement's goroutines went, exactly.
//
// The pages of a stack show how deep it was used, for as long as nobody gives them back; but a stack serves one goroutine after
// another, and shows the deepest. So here a goroutine's stack is measured when it ends, and its pages go back to the kernel:
// the next goroutine begins with none. That costs each goroutine two system calls and a page fault for every page that it uses,
// which is why it is off by default.
#ifndef GORT_RUNTIME_SCHED_STACKDEPTH_H_
#define GORT_RUNTIME_SCHED_STACKDEPTH_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/runtime/sched/gostatement.h"

namespace gort::runtime {

// What the goroutines of one go statement that have ended used. In whole pages, with the one that the g lies in.
struct StackSite {
  GoStatement go;
  std::uint64_t ended;
  std::uint64_t sum_bytes;
  std::size_t max_bytes;
};

// More sites than this are not told apart: further ones are not counted.
inline constexpr std::size_t kStackSites = 256;

// gp has ended: measures its stack and gives the pages back.
// Runs on: g0 of the M that it ended on; gp is kGdead and on no list.  Locks: takes one of its own.  Blocks: never.
void stackended(g* gp);

// Copies up to `most` sites; returns how many there are.
// Runs on: any.  Locks: takes stackended's.
std::size_t stacksites(StackSite* sites, std::size_t most);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_STACKDEPTH_H_
