#include "gort/gstruct/crosscheck/options.h"

#include <cstddef>
#include <utility>

namespace gort::crosscheck {

constexpr std::string_view kUsage =
    R"(crosscheck: do gort's structures lie where Go's do?

  bazel run //gstruct:crosscheck -- [--asmhdr FILE] [--go-binary FILE] [--elf FILE] [--goversion V] [--json]

Compares gort's stack, gobuf, g, m, p, sudog, hchan, waitq and schedt, field by field, with
  --asmhdr FILE     package runtime's go_asm.h, as Go's compiler writes it with -asmhdr
  --go-binary FILE  the debug information of an executable that Go built
  --elf FILE        the debug information of one of gort's own executables
  --goversion V     built-in facts about a Go release: 1.19, 1.23, 1.24, 1.26 or 1.27; "1.27.3" and "go1.27.3" mean the
                    same. Beside --asmhdr it also tells which release wrote that header, which is guessed otherwise.
Each may be given several times and gets its own table. Without any of them: --goversion 1.27.

  --json            print one JSON document instead of tables
  --help            print this

A deliberate difference is listed with its reason (gstruct/crosscheck/differences.txt).
Exit status: 0 everything is the same or explained; 1 something differs, is missing or is extra; 2 bad input.
)";

namespace {

// The list that takes the flag's values, or nullptr.
std::vector<std::string>* ValuesOf(std::string_view flag, Options& options) {
  if (flag == "--asmhdr") return &options.asmhdrs;
  if (flag == "--go-binary") return &options.go_binaries;
  if (flag == "--elf") return &options.elfs;
  if (flag == "--goversion") return &options.go_versions;
  return nullptr;
}

}  // namespace

Result<Options> ParseOptions(std::span<const std::string_view> args) {
  Options options;
  for (size_t i = 0; i < args.size(); i++) {
    if (args[i] == "--json" || args[i] == "--help") {
      (args[i] == "--json" ? options.json : options.help) = true;
      continue;
    }
    const size_t equals = args[i].find('=');
    const std::string flag(args[i].substr(0, equals));
    std::vector<std::string>* values = ValuesOf(flag, options);
    if (values == nullptr) {
      const char* kind = flag.starts_with('-') ? "unknown flag " : "unexpected argument ";
      return Error{kind + std::string(args[i]) + ": run with --help to see what there is"};
    }
    std::string_view value;
    if (equals != std::string_view::npos) {
      value = args[i].substr(equals + 1);
    } else if (i + 1 < args.size()) {
      value = args[++i];
    }
    if (value.empty()) return Error{flag + " needs a value behind it: run with --help to see which"};
    values->emplace_back(value);
  }
  return options;
}

}  // namespace gort::crosscheck
