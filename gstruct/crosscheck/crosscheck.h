// The tool as a function, for main() and for tests.

#ifndef GORT_GSTRUCT_CROSSCHECK_CROSSCHECK_H_
#define GORT_GSTRUCT_CROSSCHECK_CROSSCHECK_H_

#include <span>
#include <string>
#include <string_view>

namespace gort::crosscheck {

enum ExitCode : int {
  kExitOk = 0,         // everything is the same or explained
  kExitDifferent = 1,  // something is not
  kExitBadInput = 2,   // there was nothing to compare with
};

struct Outcome {
  ExitCode code = kExitOk;
  std::string out;  // for standard output
  std::string err;  // for standard error: at most one sentence, with a line end
};

// Does what the arguments (without the program's name) say; options.h has the flags. Either everything that was asked
// for is compared, or, when one input is bad, nothing is and `out` is empty. `directory`: what relative file names are
// relative to; empty for the process's own.
Outcome Crosscheck(std::span<const std::string_view> args, std::string_view directory);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_CROSSCHECK_H_
