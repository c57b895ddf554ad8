// What Valgrind and AddressSanitizer must be told about memory that is used as a stack.
#ifndef GORT_STACK_SANITIZER_H_
#define GORT_STACK_SANITIZER_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/sanitizers.h"

#if GORT_ASAN
extern "C" void __asan_unpoison_memory_region(const volatile void* addr, size_t size_bytes);
#endif

namespace gort::runtime {

// Asks Valgrind, if we run under it. On a real CPU the instructions do nothing, and 0 comes back.
// Source: the client request mechanism as Valgrind's manual describes it: a sequence of rotations by 128 bits in total,
// which no compiler emits, then an exchange of a register with itself, tells its translator to look at six words. On
// riscv64 nobody is asked: the Valgrind of our reference systems does not run there.
inline uintptr_t ValgrindRequest(uintptr_t request, uintptr_t arg0, uintptr_t arg1) {
  uintptr_t result = 0;
  const uintptr_t words[6] = {request, arg0, arg1, 0, 0, 0};
#if defined(__x86_64__)
  asm volatile(
      "rolq $3,  %%rdi\n\t"
      "rolq $13, %%rdi\n\t"
      "rolq $61, %%rdi\n\t"
      "rolq $51, %%rdi\n\t"
      "xchgq %%rbx, %%rbx"
      : "+d"(result)
      : "a"(words)
      : "cc", "memory");
#elif defined(__aarch64__)
  register uintptr_t x3 asm("x3") = result;
  register const uintptr_t* x4 asm("x4") = words;
  asm volatile(
      "ror x12, x12, #3\n\t"
      "ror x12, x12, #13\n\t"
      "ror x12, x12, #51\n\t"
      "ror x12, x12, #61\n\t"
      "orr x10, x10, x10"
      : "+r"(x3)
      : "r"(x4)
      : "cc", "memory");
  result = x3;
#else
  static_cast<void>(words);
#endif
  return result;
}

inline bool RunningOnValgrind() { return ValgrindRequest(0x1001, 0, 0) != 0; }

// Registers [lo, hi) as a stack, so that Valgrind takes a jump of sp into it for a switch and not for a huge frame.
// Returns Valgrind's id for it. Slots stay registered for ever; large stacks are deregistered before they are unmapped.
inline uintptr_t ValgrindStackRegister(uintptr_t lo, uintptr_t hi) { return ValgrindRequest(0x1501, lo, hi - 1); }
inline void ValgrindStackDeregister(uintptr_t id) { ValgrindRequest(0x1502, id, 0); }

// Forgets the red zones of frames that were left without returning: a goroutine that ended by goexit leaves them
// behind, and the next one on this stack would trip over them.
inline void AsanUnpoison(uintptr_t lo, uintptr_t hi) {
#if GORT_ASAN
  __asan_unpoison_memory_region(reinterpret_cast<void*>(lo), hi - lo);
#else
  static_cast<void>(lo);
  static_cast<void>(hi);
#endif
}

}  // namespace gort::runtime

#endif  // GORT_STACK_SANITIZER_H_
