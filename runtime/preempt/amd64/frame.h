// What morestack.S and preempt.cc must agree on. For both languages.
#ifndef GORT_RUNTIME_PREEMPT_AMD64_FRAME_H_
#define GORT_RUNTIME_PREEMPT_AMD64_FRAME_H_

// The thread's word, from fs: fixed in gcc and clang, and kept free for them in glibc's thread control block (__private_ss).
#define GUARD_WORD_OFFSET 0x70

// For fxsave (512) or xsave: legacy area and header (576), and behind them AVX (256) and ZMM_Hi256 (512), whose places the CPU
// chooses: up to 1664 on Intel's and 1408 on AMD's. A multiple of 64, as xsave wants.
#define VECTOR_AREA_BYTES 1664

#endif  // GORT_RUNTIME_PREEMPT_AMD64_FRAME_H_
