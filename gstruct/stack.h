// stack: the memory a goroutine runs on.
//
//        hi ->  +----------------------+   first byte past the stack; 16-byte aligned
//               |  frames, downwards   |
//               |          v           |
//   stackguard  +----------------------+   lo + stackGuard: a prologue that checks compares sp with this
//               |  room for code that  |
//               |  does not check      |
//        lo ->  +----------------------+   lowest usable byte
//               |  guard pages         |   not part of the stack; a touch is an overflow
//
// Source: Go 1.27 runtime.stack; both words are known to debuggers and to Go's cgo by their offsets 0 and 8.
#ifndef GORT_GSTRUCT_STACK_H_
#define GORT_GSTRUCT_STACK_H_

#include <cstdint>

namespace gort::runtime {

using std::uintptr_t;

struct stack {
  uintptr_t lo;  // lowest usable address
  uintptr_t hi;  // first address above; usable bytes are [lo, hi)
};

// Bytes between stack.lo and stackguard0: what a function that does not check may use below the guard.
// Source: Go 1.27 runtime.stackGuard (800 for chains of unchecked functions + 128 for one small frame).
inline constexpr uintptr_t stackGuard = 928;

// Values of g.stackguard0 that are above every stack pointer, so that the next check is taken.
// Source: Go 1.27 runtime.stackPreempt / stackFork.
inline constexpr uintptr_t stackPreempt = 0xfffffffffffffade;  // -1314: yield at the next function call
inline constexpr uintptr_t stackFork = 0xfffffffffffffb2e;     // -1234: a child of fork must not grow a stack

// What rt0_go assumes of the stack that the kernel gave us, before anybody can ask for the true bounds.
// Source: Go runtime.rt0_go.
inline constexpr uintptr_t rt0StackSize = 64 * 1024;
// Go up to 1.20 kept 104 bytes less (room that its first C call needed); Go 1.21 dropped the term on amd64 and arm64
// and riscv64 never had it. We follow the text, which walks through Go 1.19 on amd64; rt0_go of the other ports uses 0.
inline constexpr uintptr_t rt0StackSlack = 104;

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_STACK_H_
