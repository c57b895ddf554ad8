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
  std::uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip;
};
inline std::uint64_t PcOf(const Ucontext* uc) { return uc->rip; }
inline std::uint64_t SpOf(const Ucontext* uc) { return uc->rsp; }
#elif defined(__aarch64__)
struct Ucontext {
  std::uint64_t flags;
  Ucontext* link;
  sys::StackT stack;
  std::uint64_t sigmask[16];  // the kernel keeps room for 1024 signals
  std::uint64_t fault_address, x[31], sp, pc;
};
inline std::uint64_t PcOf(const Ucontext* uc) { return uc->pc; }
inline std::uint64_t SpOf(const Ucontext* uc) { return uc->sp; }
#elif defined(__riscv)
struct Ucontext {
  std::uint64_t flags;
  Ucontext* link;
  sys::StackT stack;
  std::uint64_t sigmask[16];
  std::uint64_t pc, ra, sp;
};
inline std::uint64_t PcOf(const Ucontext* uc) { return uc->pc; }
inline std::uint64_t SpOf(const Ucontext* uc) { return uc->sp; }
#endif

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_UCONTEXT_H_
