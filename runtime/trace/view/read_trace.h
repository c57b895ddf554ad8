// From the text of a trace file to what it means.

#ifndef GORT_RUNTIME_TRACE_VIEW_READ_TRACE_H_
#define GORT_RUNTIME_TRACE_VIEW_READ_TRACE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "gort/runtime/trace/view/trace.h"

namespace gort::trace::view {

// Reads a trace in the format of ../FORMAT.md. Members of objects may come in any order, and unknown ones are passed over; so are
// kinds of events that the page does not show. Runs on: any.
// Errors: "line 3 (byte 1234): ..." for what is not JSON, not a trace, of another version, or cannot have happened.
absl::StatusOr<Trace> ReadTrace(std::string_view text);

}  // namespace gort::trace::view

#endif  // GORT_RUNTIME_TRACE_VIEW_READ_TRACE_H_
