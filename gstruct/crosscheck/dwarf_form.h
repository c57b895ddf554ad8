// One attribute value of a DIE, read by its form.

#ifndef GORT_GSTRUCT_CROSSCHECK_DWARF_FORM_H_
#define GORT_GSTRUCT_CROSSCHECK_DWARF_FORM_H_

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/dwarf_abbrev.h"
#include "gort/gstruct/crosscheck/dwarf_info.h"

namespace gort::crosscheck {

// Reads the value that `spec` describes into `value` and moves `in` behind it.
// Errors: false when the form is not known; `in` is not ok() when the value is cut short.
bool ReadForm(const Unit& unit, const AttributeSpec& spec, Cursor& in, FormValue& value);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_DWARF_FORM_H_
