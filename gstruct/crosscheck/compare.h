// The comparison itself: two layouts and the deliberate differences in, a report out. No files, no output.

#ifndef GORT_GSTRUCT_CROSSCHECK_COMPARE_H_
#define GORT_GSTRUCT_CROSSCHECK_COMPARE_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/differences.h"
#include "gort/gstruct/crosscheck/go_version.h"
#include "gort/gstruct/crosscheck/layout.h"

namespace gort::crosscheck {

enum class Verdict {
  kSame,
  kDiffers,    // both have it, elsewhere or of another size, and no stanza says why
  kExplained,  // whatever the difference is, a stanza says why
  kMissing,    // they have it, we do not, and no stanza says why
  kExtra,      // we have it, they do not, and no stanza says why
};
inline constexpr std::array<Verdict, 5> kVerdicts = {Verdict::kSame, Verdict::kDiffers, Verdict::kExplained,
                                                     Verdict::kMissing, Verdict::kExtra};

// The verdict's word in reports.
std::string_view ToString(Verdict verdict);

// Where a field lies. A row about a structure's own size has no offset; a source without sizes gives none.
struct Place {
  std::optional<uint64_t> offset;
  std::optional<uint64_t> size;
};

// The field name under which a structure's own size is reported.
inline constexpr std::string_view kSizeRow = "(size)";
// The structure name under which constants are reported; their value takes the place of the offset.
inline constexpr std::string_view kConstRows = "const";

struct Row {
  std::string struct_name;
  std::string field;
  std::optional<Place> ours;  // absent: we have no such field
  std::optional<Place> theirs;
  Verdict verdict = Verdict::kSame;
};

struct Report {
  std::vector<Row> rows;
  std::map<Verdict, size_t> counts;
  // Which stanzas applied, and to which fields: index in the list of differences -> field names.
  std::map<size_t, std::vector<std::string>> applied;
  // Every pattern that matched something. A test unites these to find stale ones.
  std::set<DifferenceMatch> used;
  // Structures that the other side does not describe although it might use them (own binaries only).
  std::vector<std::string> not_described;

  // Whether everything is the same or explained.
  bool ok() const;
};

// Compares ours with Go's: the kGoStructs, and our constants where `theirs` has any at all. Fields of either side that
// the other lacks are differences. `version` selects the stanzas that apply.
Report CompareWithGo(const Layout& ours, const Layout& theirs, const std::vector<Difference>& differences,
                     GoVersion version);

// Compares what go_asm.inc says with what a binary of ours says. Nothing but `unlisted` stanzas can explain a
// difference. A structure that the binary does not describe is only noted: compilers describe what a program uses, and
// not every program has channels.
Report CompareWithOwnBinary(const Layout& ours, const Layout& theirs, const std::vector<Difference>& differences);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_COMPARE_H_
