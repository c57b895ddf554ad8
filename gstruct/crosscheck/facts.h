// Built-in facts: where the fields of Go's structures lie in the releases that gort follows.
//
// go_layouts.tsv holds them, one field per line, as measured from the debug information of binaries that those releases
// built. It is embedded when the tool is built, so that the tool needs no file and no network when it runs.

#ifndef GORT_GSTRUCT_CROSSCHECK_FACTS_H_
#define GORT_GSTRUCT_CROSSCHECK_FACTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/go_version.h"
#include "gort/gstruct/crosscheck/layout.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// One release on one architecture of Linux.
struct Facts {
  std::string release;  // "1.27.3"
  GoVersion version;
  std::string goarch;
  Layout layout;
};

// Reads a table with the columns goversion, goos_goarch, struct ("runtime.g", or "const" for a constant with its value
// as the offset), field ("(size)" for the whole), offset, size and type. Blank fields are skipped.
// Errors: a line that does not fit, with its number.
Result<std::vector<Facts>> ParseFacts(std::string_view tsv);

// The embedded table, oldest release first.
const std::vector<Facts>& BuiltInFacts();

// The entry for a release line and an architecture, or nullptr.
const Facts* FindFacts(const std::vector<Facts>& all, GoVersion version, std::string_view goarch);

// The newest release whose structures lie where `layout` has them, for input that does not say where it comes from.
std::optional<GoVersion> RecogniseRelease(const std::vector<Facts>& all, const Layout& layout);

// The release lines that the table knows, for sentences: "1.19, 1.23".
std::string KnownReleases(const std::vector<Facts>& all);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_FACTS_H_
