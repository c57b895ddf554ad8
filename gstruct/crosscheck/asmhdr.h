// go_asm.h: the header that Go's compiler writes for the assembly files of a package (-asmhdr).

#ifndef GORT_GSTRUCT_CROSSCHECK_ASMHDR_H_
#define GORT_GSTRUCT_CROSSCHECK_ASMHDR_H_

#include <string_view>

#include "gort/gstruct/crosscheck/layout.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// The kGoStructs and the integer constants of package runtime's go_asm.h, whose text is `header`; `name` is the file's.
//
// One item per line: `#define TYPE__size N`, `#define TYPE_field N`, `#define const_NAME VALUE`. Strings and other
// constants that are no integers are skipped; true and false are 1 and 0. A header that gort's own asm_offsets rule
// wrote is accepted as well: its comments, include guard and #error lines are stepped over, conditions are not
// evaluated.
//
// Errors: a line that belongs into no such header (with its number); a header that does not describe g, which is what
// another package's go_asm.h looks like. Source: Go 1.27 cmd/compile, flag -asmhdr.
Result<Layout> ParseAsmHdr(std::string_view header, std::string_view name);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_ASMHDR_H_
