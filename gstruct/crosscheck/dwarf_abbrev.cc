#include "gort/gstruct/crosscheck/dwarf_abbrev.h"

#include <string>
#include <utility>

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/dwarf_constants.h"

namespace gort::crosscheck {
namespace {

// Compilers stay below thirty. The bound keeps the work per DIE constant: a DIE of one byte can have attributes of no
// bytes.
constexpr size_t kMaxAttributes = 128;

// Reads the attribute list of one abbreviation up to its (0, 0); false when damaged.
bool ReadAttributes(Cursor& in, std::vector<AttributeSpec>& attributes) {
  while (attributes.size() <= kMaxAttributes) {
    AttributeSpec spec{in.Uleb(), in.Uleb(), 0};
    if (spec.form == DW_FORM_implicit_const) spec.implicit_const = in.Sleb();
    if (!in.ok()) return false;
    if (spec.attribute == 0 && spec.form == 0) return true;
    attributes.push_back(spec);
  }
  return false;
}

}  // namespace

Result<const AbbrevTable*> AbbrevCache::At(uint64_t offset) {
  if (const auto known = tables_.find(offset); known != tables_.end()) return &known->second;
  const std::string where = "the abbreviations at .debug_abbrev+" + std::to_string(offset);
  AbbrevTable table;
  Cursor in(section_, offset);
  for (;;) {
    const uint64_t code = in.Uleb();
    if (!in.ok()) return Error{where + " are cut short"};
    if (code == 0) break;
    if (budget_-- == 0) return Error{where + " overlap others"};
    Abbrev abbrev;
    abbrev.tag = in.Uleb();
    abbrev.has_children = in.U8() != 0;
    if (!ReadAttributes(in, abbrev.attributes)) return Error{where + " are damaged"};
    table.emplace(code, std::move(abbrev));
  }
  return &tables_.emplace(offset, std::move(table)).first->second;
}

}  // namespace gort::crosscheck
