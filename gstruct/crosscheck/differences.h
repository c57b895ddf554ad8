// The deliberate differences between gort's structures and Go's, each with its reason: the file differences.txt.
//
// Stanzas separated by empty lines; lines that begin with # are comments:
//
//   KIND STRUCT
//     fields    NAME NAME PREFIX* ...                    (may be repeated)
//     versions  1.19-1.24                               (may be absent)
//     because   A sentence for the reader of the report, continued
//               on indented lines.
//
// KIND says which difference the stanza explains:
//   absent    Go has the field, we do not.
//   ours      we have the field, Go does not.
//   moved     both have it, at different offsets (of a constant: with different values).
//   resized   both have it, with different sizes; the structure's own size is the field (size).
//   unlisted  not about Go: our binaries have the field and go_asm.inc does not name it.
// STRUCT is one of Go's names, or `const` for constants. A name that ends in * stands for all that begin so. `versions`
// may be A-B, A- (and later), -B (and earlier) or A alone, both ends included; without the line it is every release.

#ifndef GORT_GSTRUCT_CROSSCHECK_DIFFERENCES_H_
#define GORT_GSTRUCT_CROSSCHECK_DIFFERENCES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/go_version.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

enum class DifferenceKind { kAbsent, kOurs, kMoved, kResized, kUnlisted };

// The kind's word in differences.txt.
std::string_view ToString(DifferenceKind kind);

struct Difference {
  DifferenceKind kind = DifferenceKind::kAbsent;
  std::string struct_name;
  std::vector<std::string> fields;  // patterns
  std::optional<GoVersion> first;   // absent: no limit
  std::optional<GoVersion> last;
  std::string reason;
  size_t line = 0;  // where the stanza begins, for people

  // "1.19 to 1.24", "every release"
  std::string VersionsText() const;
};

// One pattern of one stanza.
struct DifferenceMatch {
  size_t difference;
  size_t pattern;

  auto operator<=>(const DifferenceMatch&) const = default;
};

// Reads the format above. `name` is the file's, for sentences. Errors: with the line's number.
Result<std::vector<Difference>> ParseDifferences(std::string_view text, std::string_view name);

// The embedded differences.txt.
const std::vector<Difference>& BuiltInDifferences();

// The first stanza that explains this difference in this release (absent: only stanzas without `versions` apply).
std::optional<DifferenceMatch> FindDifference(const std::vector<Difference>& all, DifferenceKind kind,
                                              std::string_view struct_name, std::string_view field,
                                              std::optional<GoVersion> version);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_DIFFERENCES_H_
