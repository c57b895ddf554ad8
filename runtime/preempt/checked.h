// Functions compiled with -fsplit-stack, for the tests. Plain C++ without a header of std's: an inline function that the
// runtime also calls must not get a checking prologue here (sched/preempt.h, preemptasks).
#ifndef GORT_RUNTIME_PREEMPT_CHECKED_H_
#define GORT_RUNTIME_PREEMPT_CHECKED_H_

namespace gort::checked {

struct InMemory {
  long word[5];
};

// Returns the sum of (position * argument), positions from 1: 6 integers, 8 doubles, 5 words of `s`, 2 on the stack.
double WeighArguments(long i1, long i2, long i3, long i4, long i5, long i6, double d7, double d8, double d9, double d10,
                      double d11, double d12, double d13, double d14, InMemory s, long i20, double d21);

// The same with a frame so large that the prologue compares another register than rsp.
double WeighArgumentsInALargeFrame(long i1, long i2, long i3, long i4, long i5, long i6, double d7, double d8);

// The sum of `n` pairs (long, double), each product weighted by its position from 1.
double WeighVariableArguments(int n, ...);

// Calls before(), and then fn(n, block) with a block of n bytes from alloca.
long WithAlloca(long n, void (*before)(), long (*fn)(long n, char* block));

using Doubles4 = double __attribute__((vector_size(32)));
// Sum of position * element over a and b, positions from 1. Arguments in ymm registers: only where the CPU has AVX.
[[gnu::target("avx")]] double WeighVectors(Doubles4 a, Doubles4 b);

// Goes `depth` calls down, calls fn(arg) there, and comes back adding one each.
long Down(int depth, void (*fn)(void*), void* arg);

// Throws `value` as an int from `depth` calls down, out of frames with destructors, each of which adds 1 to *destroyed.
void ThrowFrom(int depth, int value, int* destroyed);

// Calls a function for each of 1..n and returns a checksum of them.
unsigned long Sum(unsigned long n);
// The same for a sum that `expected` must be.
unsigned long ExpectedSum(unsigned long n);

// Calls a function until *stop is not 0; returns how often.
unsigned long CallUntil(const volatile int* stop);

// Recursion without an end, unless n is 0.
long Overflow(long n);

}  // namespace gort::checked

#endif  // GORT_RUNTIME_PREEMPT_CHECKED_H_
