// From the command line to layouts: what gort is compared with.

#ifndef GORT_GSTRUCT_CROSSCHECK_SOURCES_H_
#define GORT_GSTRUCT_CROSSCHECK_SOURCES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/go_version.h"
#include "gort/gstruct/crosscheck/layout.h"
#include "gort/gstruct/crosscheck/options.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// One thing to compare with.
struct Source {
  enum class Kind { kAsmHdr, kGoBinary, kElf, kFacts };
  Kind kind = Kind::kFacts;
  std::string name;                  // the file, or "built-in facts"
  std::string release;               // of Go, as the source writes it; empty when not known or our own binary
  std::optional<GoVersion> version;  // which stanzas of differences.txt apply; absent for our own binary
  std::string goarch;                // empty when the source does not tell
  Layout layout;
};

// The kind's word in reports: the flag that asked for it, without dashes.
std::string_view ToString(Source::Kind kind);

// Reads a Go executable from its bytes. Errors: no such executable, or one of the kGoStructs is not described in it.
Result<Source> ReadGoBinary(std::string_view bytes, std::string_view name);

// Reads one of gort's executables; `ours` says which structures to look for.
// Errors: no such executable, or it describes none of them.
Result<Source> ReadOwnElf(std::string_view bytes, std::string_view name, const Layout& ours);

// Reads go_asm.h. `version`: the release that wrote it; absent: the one whose facts it equals, or the newest known.
Result<Source> ReadAsmHdr(std::string_view bytes, std::string_view name, std::optional<GoVersion> version);

// The built-in facts for a version as the user wrote it. Errors: not a version, or not one that we have.
Result<Source> ReadFacts(std::string_view version, std::string_view goarch);

// Everything that `options` ask for, in the order of --help, or the newest facts when they ask for nothing. Relative
// file names are resolved against `directory` when that is not empty. Facts are those of the first executable's
// architecture, else of this tool's.
Result<std::vector<Source>> LoadSources(const Options& options, std::string_view directory, const Layout& ours);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_SOURCES_H_
