// Abbreviations: the part of DWARF that says which attributes a debugging information entry (DIE) has, in which form.

#ifndef GORT_GSTRUCT_CROSSCHECK_DWARF_ABBREV_H_
#define GORT_GSTRUCT_CROSSCHECK_DWARF_ABBREV_H_

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

struct AttributeSpec {
  uint64_t attribute;      // DW_AT_...
  uint64_t form;           // DW_FORM_...
  int64_t implicit_const;  // the value itself, for DW_FORM_implicit_const
};

struct Abbrev {
  uint64_t tag;  // DW_TAG_...
  bool has_children;
  std::vector<AttributeSpec> attributes;
};

using AbbrevTable = std::unordered_map<uint64_t, Abbrev>;

// Tables of one .debug_abbrev section, each read once. Units share tables: all of a Go binary's units use one.
class AbbrevCache {
 public:
  // `section` must outlive the cache.
  explicit AbbrevCache(std::string_view section) : section_(section), budget_(section.size() + 1) {}

  // The table at `offset`. The pointer lives as long as the cache.
  // Errors: a clause, "the abbreviations at ...", when the table is damaged.
  // Bound: tables do not overlap in a sound file, so all of them together declare fewer entries than the section has
  // bytes; a file that makes them overlap, to be read in quadratic time, is refused once it passes that number.
  Result<const AbbrevTable*> At(uint64_t offset);

 private:
  std::string_view section_;
  uint64_t budget_;
  std::unordered_map<uint64_t, AbbrevTable> tables_;
};

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_DWARF_ABBREV_H_
