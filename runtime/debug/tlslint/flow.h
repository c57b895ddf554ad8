// Where a thread's address outlives a change of threads.
//
// Compilers assume that a function runs on one thread, so they take the address of a thread_local variable, or of errno, once and keep
// it. A goroutine that parks may go on on another thread; then the address is the old thread's. Followed is each such address through
// the registers and stack slots of its function:
//
//     taken               mov %fs:0,%rbx     call __tls_get_addr     call __errno_location
//       |  copied, spilled, reloaded, added to
//     a call that may park                        caller-saved registers are lost, the others and stack slots have "crossed"
//       |
//     finding             the first use as an address, or as an argument of a call
//
// Not followed: addresses that the function stores elsewhere than in its frame, or returns.
#ifndef GORT_RUNTIME_DEBUG_TLSLINT_FLOW_H_
#define GORT_RUNTIME_DEBUG_TLSLINT_FLOW_H_

#include <functional>
#include <string>
#include <vector>

#include "gort/runtime/debug/tlslint/disassembly.h"

namespace gort::tlslint {

struct Finding {
  std::string variable;         // "errno", "thread_local variable 'x'"
  const Instruction* taken;     // these three point into the function
  const Instruction* parks;
  const Instruction* used;
};

// Whether a call may park the calling goroutine.
using MayPark = std::function<bool(const Instruction& call)>;

// The findings in `function`, one for each address taken and use, in the order of the uses.
std::vector<Finding> FindKeptAddresses(const Function& function, const MayPark& may_park);

}  // namespace gort::tlslint

#endif  // GORT_RUNTIME_DEBUG_TLSLINT_FLOW_H_
