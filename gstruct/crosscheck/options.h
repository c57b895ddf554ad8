// The command line.

#ifndef GORT_GSTRUCT_CROSSCHECK_OPTIONS_H_
#define GORT_GSTRUCT_CROSSCHECK_OPTIONS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

struct Options {
  std::vector<std::string> asmhdrs;
  std::vector<std::string> go_binaries;
  std::vector<std::string> elfs;
  std::vector<std::string> go_versions;  // as written
  bool json = false;
  bool help = false;
};

// What --help prints.
extern const std::string_view kUsage;

// Reads the arguments (without the program's name). A flag's value follows it or is joined with =; flags may repeat.
// Errors: an unknown flag, a missing value, an argument that is no flag.
Result<Options> ParseOptions(std::span<const std::string_view> args);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_OPTIONS_H_
