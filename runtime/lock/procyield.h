// Waiting by doing nothing, for the length of a cache miss or two.
#ifndef GORT_RUNTIME_LOCK_PROCYIELD_H_
#define GORT_RUNTIME_LOCK_PROCYIELD_H_

namespace gort::runtime {

// Tells the core `cycles` times that we wait for another one; about 10 to 40 ns each on amd64.
// Runs on: any.  Blocks: never.
// Source: Go 1.27 runtime.procyield.
inline void procyield(int cycles) {
  for (int i = 0; i < cycles; ++i) {
#if defined(__x86_64__)
    asm volatile("pause");
#elif defined(__aarch64__)
    asm volatile("isb");  // `yield` is a no-op on most cores; isb stalls for about as long as amd64's pause
#else
    asm volatile(".insn i 0x0f, 0, x0, x0, 16");  // `pause` (Zihintpause); a fence without effect on older cores
#endif
  }
}

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_PROCYIELD_H_
