#include "gort/runtime/preempt/checked.h"

namespace gort::checked {

namespace {

// A function that calls one: clang leaves the check out of functions that need no stack.
[[gnu::noinline]] unsigned long Add(unsigned long a, unsigned long b) {
  asm volatile("");
  return a + b;
}

[[gnu::noinline]] unsigned long Mix(unsigned long sum, unsigned long i) {
  const unsigned long product = Add(sum * 30, sum);
  asm volatile("");  // no tail call
  return product + i;
}

// Gives its caller a call to make.
[[gnu::noinline]] void Call() { asm volatile(""); }

struct CountsItsEnd {
  int* count;
  ~CountsItsEnd() { ++*count; }
};

}  // namespace

double WeighArguments(long i1, long i2, long i3, long i4, long i5, long i6, double d7, double d8, double d9, double d10,
                      double d11, double d12, double d13, double d14, InMemory s, long i20, double d21) {
  Call();
  double sum = static_cast<double>(i1 + 2 * i2 + 3 * i3 + 4 * i4 + 5 * i5 + 6 * i6);
  sum += 7 * d7 + 8 * d8 + 9 * d9 + 10 * d10 + 11 * d11 + 12 * d12 + 13 * d13 + 14 * d14;
  for (int i = 0; i < 5; ++i) sum += static_cast<double>((15 + i) * s.word[i]);
  return sum + static_cast<double>(20 * i20) + 21 * d21;
}

double WeighArgumentsInALargeFrame(long i1, long i2, long i3, long i4, long i5, long i6, double d7, double d8) {
  volatile char frame[3000];
  frame[i1] = 0;
  return static_cast<double>(i1 + 2 * i2 + 3 * i3 + 4 * i4 + 5 * i5 + 6 * i6) + 7 * d7 + 8 * d8 + frame[i1];
}

#if defined(__clang__)
// clang 14 cannot compile a function with variable arguments with -fsplit-stack.
__attribute__((no_split_stack))
#endif
double WeighVariableArguments(int n, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, n);
  double sum = 0;
  for (int i = 1; i <= n; ++i) {
    const long whole = __builtin_va_arg(list, long);
    const double real = __builtin_va_arg(list, double);
    sum += i * (static_cast<double>(whole) * real);
  }
  __builtin_va_end(list);
  return sum;
}

long WithAlloca(long n, void (*before)(), long (*fn)(long n, char* block)) {
  before();
  char* block = static_cast<char*>(__builtin_alloca(static_cast<unsigned long>(n)));
  return fn(n, block);
}

double WeighVectors(Doubles4 a, Doubles4 b) {
  Call();
  double sum = 0;
  for (int i = 0; i < 4; ++i) sum += (i + 1) * a[i] + (i + 5) * b[i];
  return sum;
}

long Down(int depth, void (*fn)(void*), void* arg) {
  if (depth == 0) {
    fn(arg);
    return 0;
  }
  const long below = Down(depth - 1, fn, arg);
  asm volatile("");  // no tail call
  return below + 1;
}

void ThrowFrom(int depth, int value, int* destroyed) {
  const CountsItsEnd count{destroyed};
  if (depth == 0) throw value;
  ThrowFrom(depth - 1, value, destroyed);
  asm volatile("");
}

unsigned long Sum(unsigned long n) {
  unsigned long sum = 0;
  for (unsigned long i = 1; i <= n; ++i) sum = Mix(sum, i);
  return sum;
}

unsigned long ExpectedSum(unsigned long n) {
  unsigned long sum = 0;
  for (unsigned long i = 1; i <= n; ++i) sum = sum * 31 + i;
  return sum;
}

unsigned long CallUntil(const volatile int* stop) {
  unsigned long calls = 0;
  for (unsigned long sum = 0; *stop == 0; ++calls) sum = Mix(sum, calls);
  return calls;
}

long Overflow(long n) {
  volatile char frame[200];
  frame[0] = static_cast<char>(n);
  if (n == 0) return 0;
  const long below = Overflow(n + 1);
  return below + frame[0];
}

}  // namespace gort::checked
