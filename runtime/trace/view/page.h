// The page: one HTML file that needs nothing else.

#ifndef GORT_RUNTIME_TRACE_VIEW_PAGE_H_
#define GORT_RUNTIME_TRACE_VIEW_PAGE_H_

#include <string>

#include "gort/runtime/trace/view/trace.h"

namespace gort::trace::view {

// Returns the page for `trace`, of which equal ones give equal bytes. No text of the trace can end an element or begin a script.
// Runs on: any.
std::string Page(const Trace& trace);

}  // namespace gort::trace::view

#endif  // GORT_RUNTIME_TRACE_VIEW_PAGE_H_
