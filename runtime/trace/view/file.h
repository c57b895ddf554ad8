// Whole files, with errors that say what to do.

#ifndef GORT_RUNTIME_TRACE_VIEW_FILE_H_
#define GORT_RUNTIME_TRACE_VIEW_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace gort::trace::view {

// Returns what the file holds. Blocks: M.
// Errors: there is none, it is no regular file, may not be read, or has more than `max_bytes`; the sentence does not repeat the path.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);

// Writes the whole file or leaves what was there: the bytes go to `path`.part, which is then renamed. Blocks: M.
// Errors: it cannot be written; the sentence does not repeat the path.
absl::Status WriteFile(const std::string& path, std::string_view bytes);

}  // namespace gort::trace::view

#endif  // GORT_RUNTIME_TRACE_VIEW_FILE_H_
