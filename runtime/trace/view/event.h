// One event of a trace file, as it stands there.

#ifndef GORT_RUNTIME_TRACE_VIEW_EVENT_H_
#define GORT_RUNTIME_TRACE_VIEW_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gort/runtime/trace/view/json.h"

namespace gort::trace::view {

// The members that ../FORMAT.md knows. What an event does not have keeps its value here; Require says what it must have.
struct Event {
  struct Args {
    std::optional<int64_t> g;
    int64_t by = 0;
    int64_t m = -1;
    int64_t parent = 0;
    int64_t task = 0;
    std::string end;
    std::string reason;
    std::string name;
    std::string created;
    std::string function;
    std::string text;  // all of them, readable: "n 3, victim 1"
  };

  size_t place = 0;  // in the file, for errors
  std::string ph;
  std::string cat;
  std::string name;
  std::optional<int64_t> pid;
  std::optional<int64_t> tid;
  std::optional<int64_t> id;
  std::optional<int64_t> ts_ns;
  std::optional<int64_t> dur_ns;
  Args args;
};

// Reads the event that comes next. Errors: json.status().
Event ReadEvent(Json& json);

}  // namespace gort::trace::view

#endif  // GORT_RUNTIME_TRACE_VIEW_EVENT_H_
