// Reports for people and for programs.

#ifndef GORT_GSTRUCT_CROSSCHECK_PRINT_H_
#define GORT_GSTRUCT_CROSSCHECK_PRINT_H_

#include <string>
#include <vector>

#include "gort/gstruct/crosscheck/compare.h"
#include "gort/gstruct/crosscheck/differences.h"
#include "gort/gstruct/crosscheck/sources.h"

namespace gort::crosscheck {

struct Comparand {
  Source source;
  Report report;
};

// One table per source: structure, field, ours, theirs, verdict; a summary line; the deliberate differences that
// applied, with their reasons. A place is written `offset+size`. Names from hostile files are made printable.
std::string FormatTables(const std::vector<Comparand>& comparands, const std::vector<Difference>& differences);

// The same as one JSON document (RFC 8259) with a line end.
std::string FormatJson(const std::vector<Comparand>& comparands, const std::vector<Difference>& differences);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_PRINT_H_
