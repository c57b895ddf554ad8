#include "gort/runtime/sys/thread.h"

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime::sys {

// clone(2), in <arch>/clone.S. The new thread pops fn and arg from its stack and calls runtime.threadstart.
long RawClone(long nr, unsigned long flags, void* sp, void* tls) asm("runtime.clone");

// Where a new thread enters C++.
[[noreturn]] void ThreadStart(void (*fn)(void*), void* arg) asm("runtime.threadstart");
void ThreadStart(void (*fn)(void*), void* arg) {
  fn(arg);
  ExitThread(nullptr);
}

namespace {

// One address space, one table of files, one set of signal handlers: a thread. SYSVSEM is what pthread_create says, too.
// Source: Linux uapi; Go 1.27 runtime.cloneFlags.
enum CloneFlags : unsigned long {
  kCLONE_VM = 0x100,
  kCLONE_FS = 0x200,
  kCLONE_FILES = 0x400,
  kCLONE_SIGHAND = 0x800,
  kCLONE_THREAD = 0x10000,
  kCLONE_SYSVSEM = 0x40000,
  kCLONE_SETTLS = 0x80000,
};
constexpr unsigned long kThreadFlags =
    kCLONE_VM | kCLONE_FS | kCLONE_FILES | kCLONE_SIGHAND | kCLONE_THREAD | kCLONE_SYSVSEM | kCLONE_SETTLS;

// What lies on top of a new thread's stack; clone.S pops it.
struct alignas(16) StartFrame {
  void (*fn)(void*);
  void* arg;
};
static_assert(sizeof(StartFrame) == 16);

}  // namespace

long NewThread(void* stack_hi, void* tls, void (*fn)(void*), void* arg) {
  const uintptr_t aligned_hi = reinterpret_cast<uintptr_t>(stack_hi) & -alignof(StartFrame);
  auto* frame = reinterpret_cast<StartFrame*>(aligned_hi) - 1;
  frame->fn = fn;
  frame->arg = arg;
  return RawClone(kSysClone, kThreadFlags, frame, tls);
}

void ExitThread(std::atomic<uint32_t>* stack_wait) {
  // In assembly, because nothing may touch the stack between the store and the end: somebody may have freed it. The
  // store is a release (plain on amd64), so that what this thread did to its stack comes before what the next owner does.
  static std::atomic<uint32_t> unused;
  uint32_t* const word = reinterpret_cast<uint32_t*>(stack_wait != nullptr ? stack_wait : &unused);
#if defined(__x86_64__)
  asm volatile(
      "movl $0, (%0)\n\t"
      "syscall\n\t"
      "ud2"
      :
      : "r"(word), "a"(kSysExit), "D"(0)
      : "memory");
#elif defined(__aarch64__)
  register long x8 asm("x8") = kSysExit;
  register long x0 asm("x0") = 0;
  asm volatile(
      "stlr wzr, [%0]\n\t"
      "svc #0\n\t"
      "brk #0"
      :
      : "r"(word), "r"(x8), "r"(x0)
      : "memory");
#else
  register long reg_a7 asm("a7") = kSysExit;
  register long reg_a0 asm("a0") = 0;
  asm volatile(
      "fence rw, w\n\t"
      "sw zero, (%0)\n\t"
      "ecall\n\t"
      "ebreak"
      :
      : "r"(word), "r"(reg_a7), "r"(reg_a0)
      : "memory");
#endif
  __builtin_unreachable();
}

}  // namespace gort::runtime::sys
