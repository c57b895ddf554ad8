// The interrupted registers in a signal handler's third argument, as much as we read.
// Source: Linux uapi ucontext and sigcontext of each architecture.
#ifndef GORT_RUNTIME_SCHED_UCONTEXT_H_
#define GORT_RUNTIME_SCHED_UCONTEXT_H_

#include <cstdint>

#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

#if defined(__x86_64__)
struct Ucontext {
  std::uint64_t flags;
  Ucontext* link;
  sys::StackT stack;
  std::uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
  std::uint16_t cs, gs, fs, ss;
  std::uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
  sys::SigsetBits sigmask;
};
inline std::uint64_t PcOf(const Ucontext* uc) { return uc->rip; }
inline std::uint64_t SpOf(const Ucontext* uc) { return uc->rsp; }
#elif defined(__aarch64__)
struct Ucontext {
  std::uint64_t flags;
  Ucontext* link;
  sys::StackT stack;
  sys::SigsetBits sigmask;
  std::uint64_t unused[15];  // the kernel keeps room for 1024 signals
  alignas(16) std::uint64_t fault_address;
  std::uint64_t x[31], sp, pc, pstate;
};
inline std::uint64_t PcOf(const Ucontext* uc) { return uc->pc; }
inline std::uint64_t SpOf(const Ucontext* uc) { return uc->sp; }
#elif defined(__riscv)
struct Ucontext {
  std::uint64_t flags;
  Ucontext* link;
  sys::StackT stack;
  sys::SigsetBits sigmask;
  std::uint64_t unused[15];
  alignas(16) std::uint64_t pc;
  std::uint64_t ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11,
      t3, t4, t5, t6;
};
inline std::uint64_t PcOf(const Ucontext* uc) { return uc->pc; }
inline std::uint64_t SpOf(const Ucontext* uc) { return uc->sp; }
#endif

// Prints an empty line and one line per register to fd 2, "rax    0x1".
// Runs on: any, also gsignal.  Source: Go 1.27 runtime.dumpregs.
void PrintRegisters(const Ucontext* uc);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_UCONTEXT_H_
