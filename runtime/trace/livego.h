// Looking at goroutines that may be running, or ending, while we look.
#ifndef GORT_RUNTIME_TRACE_LIVEGO_H_
#define GORT_RUNTIME_TRACE_LIVEGO_H_

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/runtime/trace/chrome.h"

namespace gort::trace::internal {

struct LiveState {
  std::uint32_t status;  // a Gstatus
  std::uint8_t reason;   // a WaitReason
};

// Who gp is now. False, and *name without its goid's meaning: gp is dead, or became another goroutine meanwhile.
// Runs on: any, also in a signal handler.  Locks: none: a g is never freed, so it can be read like a debugger does, and what was read
// is thrown away if the g serves another goroutine afterwards.
bool ReadLiveGo(const runtime::g* gp, GoName* name, LiveState* state);

// The same for the goroutine name->goid. When gp serves another one by now, *name stays as it is.
void ReadLiveGo(const runtime::g* gp, GoName* name);

// The last part of the program's path; empty when that is not known.
Text ProgramName();

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_LIVEGO_H_
