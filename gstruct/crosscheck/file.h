// Reading whole files that the user named.

#ifndef GORT_GSTRUCT_CROSSCHECK_FILE_H_
#define GORT_GSTRUCT_CROSSCHECK_FILE_H_

#include <string>
#include <string_view>

#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// The content of file `name`, which is resolved against `directory` when it is relative and `directory` is not empty.
// Errors: missing, unreadable, not a regular file or a pipe, larger than 1 GiB.
Result<std::string> ReadFile(const std::string& name, std::string_view directory);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_FILE_H_
