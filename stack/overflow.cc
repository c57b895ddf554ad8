#include "gort/stack/overflow.h"

#include "gort/runtime/sys/linux.h"

namespace gort::runtime {
namespace {

// A user-space pointer and a kernel one differ in the upper bits, which are all equal; what lies between no memory can
// have. 47 bits: with five-level page tables there are more, but mmap hands those out on request only, and we never
// ask.
bool IsNonCanonical(uintptr_t addr) {
  const uintptr_t upper = addr >> 47;
  return upper != 0 && upper != ~uintptr_t{0} >> 47;
}

// Whether the stack pointer is where the access was: just above or below the stack's end, or beyond the guard's, when
// the frame is larger than the guard, and not far above the address, because code writes to its frame and not below it.
bool SpIsAtTheEnd(const Fault& f) {
  return f.sp < f.current.lo + kOverflowSlackBytes && f.sp <= f.addr + kOverflowSlackBytes;
}

}  // namespace

FaultKind ClassifyFault(const Fault& f) {
  // On amd64 a non-canonical address is a general protection fault, which has no address: the kernel reports 0 and
  // SI_KERNEL.
  if (f.si_code == sys::kSI_KERNEL && f.addr == 0) return FaultKind::kNonCanonical;
  if (f.addr < kNilPageBytes) return FaultKind::kNilDereference;
  if (IsNonCanonical(f.addr)) return FaultKind::kNonCanonical;
  if (!f.at.found || !f.at.in_guard) return FaultKind::kOther;
  const bool own_guard = f.own.found && f.at.guard_lo == f.own.guard_lo;
  if (!own_guard) return FaultKind::kForeignGuard;
  return SpIsAtTheEnd(f) ? FaultKind::kOverflow : FaultKind::kOwnGuard;
}

FaultKind ClassifyFaultAt(uintptr_t addr, uintptr_t sp, int si_code, stack current, Fault* fault) {
  *fault = Fault{addr, sp, si_code, current, StackOf(addr), StackOf(current.lo)};
  return ClassifyFault(*fault);
}

const char* FaultKindText(FaultKind kind) {
  switch (kind) {
    case FaultKind::kOverflow:
      return "stack overflow";
    case FaultKind::kOwnGuard:
      return "wild access to the guard of the current goroutine's stack";
    case FaultKind::kForeignGuard:
      return "wild access to the guard of another goroutine's stack";
    case FaultKind::kNilDereference:
      return "nil pointer dereference";
    case FaultKind::kNonCanonical:
      return "access to a non-canonical address";
    case FaultKind::kOther:
      return "invalid memory address";
  }
  return "unknown fault";
}

}  // namespace gort::runtime
