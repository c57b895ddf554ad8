// gobuf: where a goroutine that is not running will go on.
//
// Our contract differs from Go's in one point. Go's ABI has no callee-saved registers, so sp, pc and bp are a whole
// goroutine. The C ABI has some; the switch routines push those onto the goroutine's own stack *before* they store
// sp here, so that a gobuf still has the same six words and the same offsets.
//
// Source: Go 1.27 runtime.gobuf (1.25 removed `ret`). sp, pc and g are known to debuggers.
#ifndef GORT_GSTRUCT_GOBUF_H_
#define GORT_GSTRUCT_GOBUF_H_

#include <cstdint>

namespace gort::runtime {

using std::uintptr_t;
struct g;

// Writer of every field: the thread that runs the goroutine, while it leaves; before that, newproc.
// Readers: the thread that resumes it; debuggers and tracebacks while the goroutine is parked.
// Guard: g.atomicstatus. Whoever moved the goroutine to kGrunning owns its gobuf; a parked gobuf does not change.
struct gobuf {
  uintptr_t sp;  // stack pointer to restore
  uintptr_t pc;  // where to jump
  struct g* g;   // the goroutine this belongs to; gogo makes it the current one
  void* ctxt;    // argument of the entry function (Go: closure); handed over by gogo, dead once the goroutine ran
  uintptr_t lr;  // link register on arm64 and riscv64; 0 on amd64
  uintptr_t bp;  // frame pointer to restore
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_GOBUF_H_
