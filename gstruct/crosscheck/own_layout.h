// gort's own layout, as the compiler that built this tool sees it.

#ifndef GORT_GSTRUCT_CROSSCHECK_OWN_LAYOUT_H_
#define GORT_GSTRUCT_CROSSCHECK_OWN_LAYOUT_H_

#include <string_view>

#include "gort/gstruct/crosscheck/layout.h"

namespace gort::crosscheck {

// Everything that //gstruct:offsets lists: the same table that our assembly gets its numbers from.
Layout OwnLayout();

// Go's name of the architecture that OwnLayout describes.
std::string_view OwnGoArch();

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_OWN_LAYOUT_H_
