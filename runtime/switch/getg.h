// getg, setg: the current goroutine.
//
// Volatile assembly on purpose. A compiler may keep the address of a thread_local across a call, and after a park the
// goroutine may be on another thread: the address would be the old thread's. So the read is done anew each time, in one
// piece, and through the initial-exec slot (about 1 ns); a function that is not inlined costs 4-6 ns.
// Source: Go 1.27 runtime.getg (a compiler intrinsic that reads a register or TLS).
#ifndef GORT_RUNTIME_SWITCH_GETG_H_
#define GORT_RUNTIME_SWITCH_GETG_H_

namespace gort::runtime {

struct g;

// The goroutine whose stack we are on: a user's, or an M's g0. Null on a thread that no M owns.
// Runs on: any. Async-signal-safe (on a signal stack it is the goroutine that was interrupted).
inline g* getg() {
  g* gp;
#if defined(__x86_64__)
  asm volatile(
      "movq runtime.tlsg@gottpoff(%%rip), %0\n\t"
      "movq %%fs:(%0), %0"
      : "=r"(gp));
#elif defined(__aarch64__)
  g* thread_pointer;
  asm volatile(
      "mrs %1, tpidr_el0\n\t"
      "adrp %0, :gottprel:runtime.tlsg\n\t"
      "ldr %0, [%0, :gottprel_lo12:runtime.tlsg]\n\t"
      "ldr %0, [%0, %1]"
      : "=&r"(gp), "=&r"(thread_pointer));
#elif defined(__riscv)
  asm volatile(
      "la.tls.ie %0, runtime.tlsg\n\t"
      "add %0, %0, tp\n\t"
      "ld %0, 0(%0)"
      : "=r"(gp));
#else
#error "gort: getg() is not written for this architecture (amd64, arm64 and riscv64 are)"
#endif
  return gp;
}

// Makes `gp` the current goroutine without touching the stack. For starting an M; a switch does it by itself.
// Runs on: g0.
inline void setg(g* gp) {
#if defined(__x86_64__)
  g* slot;
  asm volatile(
      "movq runtime.tlsg@gottpoff(%%rip), %0\n\t"
      "movq %1, %%fs:(%0)"
      : "=&r"(slot)
      : "r"(gp)
      : "memory");
#elif defined(__aarch64__)
  g* slot;
  g* thread_pointer;
  asm volatile(
      "mrs %1, tpidr_el0\n\t"
      "adrp %0, :gottprel:runtime.tlsg\n\t"
      "ldr %0, [%0, :gottprel_lo12:runtime.tlsg]\n\t"
      "str %2, [%0, %1]"
      : "=&r"(slot), "=&r"(thread_pointer)
      : "r"(gp)
      : "memory");
#else
  g* slot;
  asm volatile(
      "la.tls.ie %0, runtime.tlsg\n\t"
      "add %0, %0, tp\n\t"
      "sd %1, 0(%0)"
      : "=&r"(slot)
      : "r"(gp)
      : "memory");
#endif
}

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SWITCH_GETG_H_
