// Structures by name, out of debug information.

#ifndef GORT_GSTRUCT_CROSSCHECK_DWARF_STRUCTS_H_
#define GORT_GSTRUCT_CROSSCHECK_DWARF_STRUCTS_H_

#include <span>
#include <string>
#include <string_view>

#include "gort/gstruct/crosscheck/dwarf_info.h"
#include "gort/gstruct/crosscheck/layout.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// The structures called `prefix` + one of `names`: prefix "runtime." for Go, "gort::runtime::" for ours. In the result
// they have their short names and stand in the order of `names`; those the file does not describe are left out.
//
// Members of anonymous unions and structs and of base classes count as the structure's own, as offsetof sees them.
// Static members and Go's blank fields (_) are no fields. A size that cannot be told is absent.
//
// Errors: the debug information is damaged, or two translation units disagree on a structure (which would be a
// violation of the one-definition rule: two halves of the program that lay the same memory out differently).
// Bound: one pass, plus an amount of following references that grows with the section's size.
Result<Layout> FindStructs(const DwarfInfo& dwarf, std::string_view prefix, std::span<const std::string_view> names);

// Text of the first unit's DW_AT_producer that begins with `compiler`; empty when there is none.
// Go writes "Go cmd/compile go1.27.3; regabi".
Result<std::string> FindProducer(const DwarfInfo& dwarf, std::string_view compiler);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_DWARF_STRUCTS_H_
