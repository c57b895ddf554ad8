// The switch: how a thread leaves one stack and goes on with another.
//
//   gogo(buf)         g0 -> goroutine      for good: the caller's frame is not kept
//   mcall(fn, arg)    goroutine -> g0 -> whatever fn returns      keeps the caller; it resumes when somebody gogoes to it
//   systemstack(f)    goroutine -> g0 -> back                     a plain call, on the big stack
//   gobufswitch(a,b)  any -> any           the bare switch between two contexts, for coroutines without a scheduler
//
// What belongs to a goroutine and is switched: stack and frame pointer, callee-saved registers, the thread-local g, the
// state of C++ exceptions (a goroutine may park inside a catch block or while it unwinds). What belongs to the thread and
// is not switched: errno, thread_local variables, signal mask, floating-point modes, locale.
//
// With AddressSanitizer or ThreadSanitizer each switch is announced (fiber.h).
#ifndef GORT_RUNTIME_SWITCH_SWITCH_H_
#define GORT_RUNTIME_SWITCH_SWITCH_H_

#include <cstddef>

#include "gort/gstruct/g.h"
#include "gort/gstruct/gobuf.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/switch/getg.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// What mcall leaves on the stack of a goroutine that parks, from gobuf.sp up: the callee-saved registers and the return
// address. The picture is at the head of amd64/switch.S; debug/amd64/unwindparked.S describes it to unwinders.
inline constexpr uintptr_t kMcallFrameBytes = 7 * sizeof(uintptr_t);

// What mcall runs on g0: `gp` is the goroutine that left. Returns where to go on; may also never return.
using McallFn = const gobuf* (*)(g* gp, void* arg);

namespace internal {
[[noreturn]] void Gogo(const gobuf* buf) asm("runtime.gogo");
void Mcall(McallFn fn, void* arg) asm("runtime.mcall");
void Systemstack(void (*fn)(void*), void* arg) asm("runtime.systemstack");
}  // namespace internal

// Goes on at `buf` on buf->g's stack, with buf->ctxt as the first argument of a goroutine that starts.
// buf->g->m must be the calling M.
// Runs on: g0.  Needs P: no.  Blocks: never.
// Source: Go 1.27 runtime.gogo. Unlike Go's it leaves *buf as it is.
[[noreturn]] inline void gogo(const gobuf* buf) {
  fiber::AwaitLeakCheck(getg());
  fiber::Leave(getg(), buf->g);
  internal::Gogo(buf);
}

// Saves the caller in its g.sched, runs fn(gp, arg) on g0 and goes on where that says. Returns when somebody switches to
// the saved context, perhaps on another thread.
// `arg` is a value for fn; if it points into the caller's stack, fn may use it only until another thread can resume gp.
// Runs on: G.  Needs P: as fn does.  Blocks: G.
// Source: Go 1.27 runtime.mcall; there fn never returns (amd64/switch.S says why ours does).
inline void mcall(McallFn fn, void* arg) {
#if GORT_FIBER_HOOKS
  fiber::Mcall(&internal::Mcall, fn, arg);
#else
  internal::Mcall(fn, arg);
#endif
}

// Calls fn(arg) on the M's own stack, directly when we are there already. An exception of fn comes out of here.
// fn must not park.
// Runs on: G | g0.  Needs P: as fn does.  Blocks: as fn does.
// Source: Go 1.27 runtime.systemstack.
inline void systemstack(void (*fn)(void*), void* arg) {
  // An exception passes through the routine without running its last instructions: so the way back of g is here.
  struct Back {
    g* gp = getg();
    ~Back() { setg(gp); }
  } back;
#if GORT_FIBER_HOOKS
  fiber::Systemstack(&internal::Systemstack, fn, arg);
#else
  internal::Systemstack(fn, arg);
#endif
}

// Prepares `buf` so that switching to it calls fn(ctxt) on `s`, and fn returns to `ret`. The frame is Go's: entry with
// sp = s.hi - 40, of which the word at sp is `ret`, and the ABI's alignment for a function's first instruction.
// For unwinders, `ret` must lie one byte inside a function whose unwind information ends the stack.
// Runs on: any; the stack is not in use.  Needs: s.hi 16-byte aligned.
// Source: Go 1.27 runtime.newproc1 and gostartcall.
inline void gostartcall(gobuf* buf, g* gp, stack s, void (*fn)(void*), void* ctxt, uintptr_t ret) {
  constexpr uintptr_t kFrame = 4 * sizeof(uintptr_t);  // what Go leaves above: room for a spilled argument area
  uintptr_t sp = s.hi - kFrame;
  buf->lr = 0;
#if defined(__x86_64__)
  sp -= sizeof(uintptr_t);
  *reinterpret_cast<uintptr_t*>(sp) = ret;
#else
  buf->lr = ret;
#endif
  buf->sp = sp;
  buf->pc = reinterpret_cast<uintptr_t>(fn);
  buf->g = gp;
  buf->ctxt = ctxt;
  buf->bp = 0;
}

#if defined(__x86_64__)

#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
#define GORT_SWITCH_CFI(directive) directive "\n\t"
#else
#define GORT_SWITCH_CFI(directive)
#endif
#if defined(__AVX512F__)
#define GORT_SWITCH_AVX512                                                                                     \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", \
      "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define GORT_SWITCH_AVX512
#endif

// Leaves the caller in *from and goes on at *to: registers only. It swaps neither g nor exception state, and `from` may
// be resumed by any thread. gobuf.g is not looked at. A context made by gostartcall gets its ctxt as the first argument.
//
// Inline, with everything clobbered: the compiler then saves just the registers that are live, and the return predictor
// never sees a call. 1-2 ns where a routine takes 6-9 (benchmarks/switch_benchmark.cc).
// Runs on: any.  Needs P: no.  Blocks: the caller's context.
[[gnu::always_inline]] inline void gobufswitch(gobuf* from, const gobuf* to) {
  asm volatile(
      "leaq 1f(%%rip), %%rax\n\t"
      "movq %%rax, %c[pc](%%rsi)\n\t"
      "movq %%rsp, %c[sp](%%rsi)\n\t"
      "movq %%rbp, %c[bp](%%rsi)\n\t"
      "movq %%rdi, %%rdx\n\t"
      // clang-format off
      GORT_SWITCH_CFI(".cfi_remember_state")
      GORT_SWITCH_CFI(".cfi_undefined rip")  // two stacks half in place
      // clang-format on
      "movq %c[bp](%%rdx), %%rbp\n\t"
      "movq %c[sp](%%rdx), %%rsp\n\t"
      "movq %c[ctxt](%%rdx), %%rdi\n\t"
      "jmp *%c[pc](%%rdx)\n\t"
      // clang-format off
      GORT_SWITCH_CFI(".cfi_restore_state")
      // clang-format on
      "1:"
      : "+S"(from), "+D"(to)
      : [sp] "i"(offsetof(gobuf, sp)), [pc] "i"(offsetof(gobuf, pc)), [ctxt] "i"(offsetof(gobuf, ctxt)),
        [bp] "i"(offsetof(gobuf, bp))
      : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3",
        "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15" GORT_SWITCH_AVX512, "memory", "cc");
}

#endif  // __x86_64__

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SWITCH_SWITCH_H_
