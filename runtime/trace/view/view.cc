// bazel run //runtime/trace:view -- --help

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/trace/view/file.h"
#include "gort/runtime/trace/view/page.h"
#include "gort/runtime/trace/view/read_trace.h"

namespace gort::trace::view {
namespace {

constexpr int kExitBadInput = 2;
constexpr size_t kMaxFileBytes = size_t{1} << 30;

constexpr std::string_view kUsage =
    R"(view: an execution trace as one HTML page

  bazel run //runtime/trace:view -- FILE [-o OUT.html]

FILE is a trace that a program of gort's wrote (GORT_TRACE=FILE, or gort::trace::WriteTo). The page shows what each P and each
goroutine did, when, and why it waited, and sums up latency and blocking. It needs no network and no other file.

  -o OUT.html   where the page goes; without it beside FILE, which it is called after
  --help        print this

Exit status: 0 the page has been written; 2 bad input, and then no page is.
)";

struct Options {
  std::string file;
  std::string out;
  bool help = false;
};

absl::StatusOr<Options> ParseOptions(std::span<const std::string_view> args) {
  Options options;
  bool flags = true;
  for (size_t i = 0; i < args.size(); i++) {
    const std::string_view arg = args[i];
    if (flags && arg == "--") {
      flags = false;
    } else if (flags && arg == "--help") {
      options.help = true;
      return options;
    } else if (flags && arg == "-o") {
      if (++i == args.size() || args[i].empty())
        return absl::InvalidArgumentError("-o needs the page's path behind it");
      options.out = args[i];
    } else if (flags && arg.size() > 1 && arg.starts_with('-')) {
      return absl::InvalidArgumentError(absl::StrCat("unknown flag ", arg));
    } else if (arg.empty() || !options.file.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("unexpected argument \"", arg, "\": one trace file is shown at a time"));
    } else {
      options.file = arg;
    }
  }
  if (options.file.empty()) return absl::InvalidArgumentError("no trace file is named");
  return options;
}

// `bazel run` starts programs in a directory of its own and leaves the user's in a variable.
std::string InUsersDirectory(const std::string& path) {
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  return directory == nullptr ? path : (std::filesystem::path(directory) / path).string();
}

std::string PageBeside(const std::string& file) {
  std::filesystem::path path(file);
  return (path.extension() == ".json" ? path.replace_extension(".html") : path += ".html").string();
}

int Fail(std::string_view what) {
  const std::string line = absl::StrCat("view: ", what, "\n");
  std::fputs(line.c_str(), stderr);
  return kExitBadInput;
}

int View(std::span<const std::string_view> args) {
  const absl::StatusOr<Options> options = ParseOptions(args);
  if (!options.ok()) return Fail(absl::StrCat(options.status().message(), "; --help says more"));
  if (options->help) {
    std::fputs(kUsage.data(), stdout);
    return 0;
  }
  const std::string file = InUsersDirectory(options->file);
  const std::string out = options->out.empty() ? PageBeside(file) : InUsersDirectory(options->out);
  const absl::StatusOr<std::string> text = ReadFile(file, kMaxFileBytes);
  if (!text.ok()) return Fail(absl::StrCat(options->file, ": ", text.status().message()));
  const absl::StatusOr<Trace> trace = ReadTrace(*text);
  if (!trace.ok()) return Fail(absl::StrCat(options->file, ": ", trace.status().message(), "; record the trace again"));
  std::error_code ignored;
  if (std::filesystem::equivalent(file, out, ignored)) return Fail("-o names the trace itself; name another file");
  const absl::Status written = WriteFile(out, Page(*trace));
  if (!written.ok()) return Fail(absl::StrCat(out, ": ", written.message()));
  std::printf("%s\n", out.c_str());
  return 0;
}

// Traces may be large, and an exception that nobody catches would be a crash.
void OutOfMemory() {
  Fail("out of memory; record a shorter time or raise the limit (ulimit -v)");
  std::_Exit(kExitBadInput);
}

}  // namespace
}  // namespace gort::trace::view

int main(int argc, char** argv) {
  std::set_new_handler(gort::trace::view::OutOfMemory);
  const std::vector<std::string_view> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return gort::trace::view::View(args);
}
