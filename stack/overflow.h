// What a memory fault means for the goroutine that caused it. Pure arithmetic: the signal handler and its words are
// elsewhere.
#ifndef GORT_STACK_OVERFLOW_H_
#define GORT_STACK_OVERFLOW_H_

#include <cstdint>

#include "gort/gstruct/stack.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

enum class FaultKind : uint8_t {
  kOverflow,        // the current goroutine ran off the end of its stack: its own guard, and sp is there
  kOwnGuard,        // a wild access that hit the current goroutine's guard while sp was elsewhere
  kForeignGuard,    // a wild access that hit another slot's guard; Fault::at names the slot
  kNilDereference,  // a pointer that was null, plus a field's offset
  kNonCanonical,    // an address that no memory can have; on amd64 the kernel cannot even say which
  kOther,           // anything else: unmapped or protected memory of somebody else
};

// One fault, as a handler of SIGSEGV or SIGBUS knows it.
struct Fault {
  uintptr_t addr;     // si_addr
  uintptr_t sp;       // the stack pointer in the interrupted context
  int si_code;        // si_code
  stack current;      // bounds of the goroutine that ran, {0, 0} when none did (g0, a foreign thread)
  StackLocation at;   // StackOf(addr)
  StackLocation own;  // StackOf(current.lo)
};

// Addresses below this are taken for a null pointer plus an offset. Source: Go 1.27 sigpanic (addresses below 4096).
inline constexpr uintptr_t kNilPageBytes = 4096;

// How far apart sp and the address may be in an overflow: amd64's red zone (128), a call's push, and one probe of
// -fstack-clash-protection, which moves sp a page at a time.
inline constexpr uintptr_t kOverflowSlackBytes = 4096;

// Classifies `f`. Fills in Fault for the caller: ClassifyFaultAt.
// Runs on: any; async-signal-safe.  Needs P: no.  Blocks: never.
FaultKind ClassifyFault(const Fault& f);

// Looks both addresses up and classifies. `*fault` receives what was decided on, for the report.
// Runs on: gsignal.  Needs P: no.  Blocks: never.
FaultKind ClassifyFaultAt(uintptr_t addr, uintptr_t sp, int si_code, stack current, Fault* fault);

// A constant phrase for a report, without a final newline: "stack overflow", "nil pointer dereference", ...
const char* FaultKindText(FaultKind kind);

}  // namespace gort::runtime

#endif  // GORT_STACK_OVERFLOW_H_
