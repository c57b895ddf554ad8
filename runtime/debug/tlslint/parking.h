// Which functions may park the calling goroutine.
#ifndef GORT_RUNTIME_DEBUG_TLSLINT_PARKING_H_
#define GORT_RUNTIME_DEBUG_TLSLINT_PARKING_H_

#include <set>
#include <string>
#include <vector>

#include "gort/runtime/debug/tlslint/disassembly.h"

namespace gort::tlslint {

// What a function that is not in the given files, or is called through a pointer, is taken to do.
enum class Unknown { kSafe, kPark };

// Begins with runtime.mcall, through which every goroutine leaves its thread, and goes up the calls of the given functions. gort's
// own functions that are not among them may park unless they are known not to.
class Parking {
 public:
  Parking(const std::vector<Function>& functions, Unknown unknown);

  // Whether this call or tail call may park.
  bool MayPark(const Instruction& call) const;

 private:
  Unknown unknown_;
  std::set<std::string> defined_;  // names of the given functions
  std::set<std::string> parking_;  // of these, those that may park
};

}  // namespace gort::tlslint

#endif  // GORT_RUNTIME_DEBUG_TLSLINT_PARKING_H_
