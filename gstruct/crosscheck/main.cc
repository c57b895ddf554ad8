// bazel run //gstruct:crosscheck -- --help

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/crosscheck.h"

namespace {

// Inputs may be large, and an exception that nobody catches would be a crash.
void OutOfMemory() {
  std::fputs("crosscheck: out of memory; give a smaller file or raise the limit (ulimit -v)\n", stderr);
  std::_Exit(gort::crosscheck::kExitBadInput);
}

}  // namespace

int main(int argc, char** argv) {
  std::set_new_handler(OutOfMemory);
  // `bazel run` starts programs in a directory of its own and leaves the user's in this variable.
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  const std::vector<std::string_view> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  const gort::crosscheck::Outcome outcome = gort::crosscheck::Crosscheck(args, directory == nullptr ? "" : directory);
  std::fputs(outcome.err.c_str(), stderr);
  const bool put = std::fputs(outcome.out.c_str(), stdout) >= 0;
  if (std::fflush(stdout) != 0 || !put) {
    std::fputs("crosscheck: the report could not be written; check where standard output goes\n", stderr);
    return gort::crosscheck::kExitBadInput;
  }
  return outcome.code;
}
