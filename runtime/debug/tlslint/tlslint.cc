// Finds functions in which the address of a thread_local variable, or of errno, is kept across a call that may park.
//
//   bazel run //runtime/debug:tlslint -- [--unknown=safe|park] FILE...
//
// FILEs are x86-64 objects, archives, shared objects and programs, and are looked at together: a call from one into another is
// followed. docs/thread_locals.md says what to do about a finding. Exit status: 0 nothing found, 1 findings, 2 bad usage or file.

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/debug/tlslint/disassembly.h"
#include "gort/runtime/debug/tlslint/flow.h"
#include "gort/runtime/debug/tlslint/parking.h"

namespace gort::tlslint {
namespace {

constexpr int kFound = 1;
constexpr int kUsage = 2;

constexpr char kHelp[] =
    "usage: tlslint [--unknown=safe|park] FILE...\n"
    "Reports functions that keep the address of a thread_local variable or of errno across a call that may park.\n"
    "FILEs: objects, archives, shared objects and programs for x86-64; pass together what belongs together.\n"
    "  --unknown=safe   functions outside of FILEs, and those called through pointers, do not park (default)\n"
    "  --unknown=park   they do\n"
    "Exit status: 0 nothing found, 1 findings, 2 bad usage or a bad file.\n";

// bazel run starts us elsewhere than where the user stands.
std::string Resolve(const std::string& path) {
  const char* standing = std::getenv("BUILD_WORKING_DIRECTORY");
  return standing == nullptr || absl::StartsWith(path, "/") ? path : absl::StrCat(standing, "/", path);
}

std::string Where(const Function& function, const Instruction& i) {
  const std::string offset = absl::StrCat("+0x", absl::Hex(i.address - function.code.front().address));
  return i.place.empty() ? offset : absl::StrCat(offset, " (", i.place, ")");
}

void Print(const Function& function, const Finding& finding) {
  const std::string callee = finding.parks->target.empty() ? "a function through a pointer" : finding.parks->target;
  std::printf("%s: %s: the address of %s, taken at %s, is used at %s after the call of %s at %s, which may park\n", function.file.c_str(),
              function.name.c_str(), finding.variable.c_str(), Where(function, *finding.taken).c_str(),
              Where(function, *finding.used).c_str(), callee.c_str(), Where(function, *finding.parks).c_str());
}

int Run(const std::vector<std::string>& paths, Unknown unknown) {
  std::vector<Function> functions;
  for (const std::string& path : paths) {
    auto more = Disassemble(Resolve(path));
    if (!more.ok()) {
      std::fprintf(stderr, "tlslint: %s\n", std::string(more.status().message()).c_str());
      return kUsage;
    }
    functions.insert(functions.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
  }
  const Parking parking(functions, unknown);
  const auto may_park = [&](const Instruction& call) { return parking.MayPark(call); };
  std::size_t count = 0;
  for (const Function& function : functions) {
    for (const Finding& finding : FindKeptAddresses(function, may_park)) {
      Print(function, finding);
      ++count;
    }
  }
  std::fprintf(stderr, "tlslint: %zu found in %zu functions\n", count, functions.size());
  if (std::fflush(stdout) != 0) {
    std::fprintf(stderr, "tlslint: the report could not be written to standard output\n");
    return kUsage;
  }
  return count == 0 ? 0 : kFound;
}

int Main(int argc, char** argv) {
  Unknown unknown = Unknown::kSafe;
  std::vector<std::string> paths;
  bool options_end = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (options_end || !absl::StartsWith(word, "-")) {
      paths.emplace_back(word);
    } else if (word == "--help") {
      std::fputs(kHelp, stdout);
      return 0;
    } else if (word == "--") {
      options_end = true;
    } else if (word == "--unknown=safe" || word == "--unknown=park") {
      unknown = word == "--unknown=park" ? Unknown::kPark : Unknown::kSafe;
    } else {
      std::fprintf(stderr, "tlslint: there is no option %s; see tlslint --help\n", argv[i]);
      return kUsage;
    }
  }
  if (paths.empty()) {
    std::fprintf(stderr, "tlslint: no file given; see tlslint --help\n");
    return kUsage;
  }
  return Run(paths, unknown);
}

}  // namespace
}  // namespace gort::tlslint

int main(int argc, char** argv) { return gort::tlslint::Main(argc, argv); }
