// Flags of the example servers: declared with ABSL_FLAG, read here.
#ifndef GORT_EXAMPLES_FLAGS_FLAGS_H_
#define GORT_EXAMPLES_FLAGS_FLAGS_H_

#include <string_view>

namespace gort::examples {

// Sets the program's flags from its command line: --name=value, --name value; a bool also as --name. One dash is enough, as in Go.
// --help prints `usage`, which says in a paragraph what the program does, and all flags with their defaults, and exits with 0.
// Errors: anything else (an unknown flag, a value that does not fit, an argument that is no flag) ends the program with one sentence
// and exit code 2. That is why absl::ParseCommandLine, which exits with 1, is not used.
// Runs on: any thread, before others read flags.
void ParseFlags(int argc, char** argv, std::string_view usage);

// Ends the program with exit code 2: flags that are well-formed and yet cannot be.
[[noreturn]] void BadFlag(std::string_view sentence);

}  // namespace gort::examples

#endif  // GORT_EXAMPLES_FLAGS_FLAGS_H_
