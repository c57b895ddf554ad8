#include <cstdint>
#include <cstdio>
#include <cstring>

#include "gort/stack/stack.h"

int main() {
  namespace runtime = gort::runtime;
  runtime::StackError error = runtime::stackinit({});
  if (error != runtime::StackError::kNone) {
    std::printf("FAILED: stackinit: %s\n", runtime::StackErrorSentence(error));
    return 1;
  }
  const runtime::stack stack = runtime::stackalloc(nullptr, 64 << 10, &error);
  if (stack.hi == 0) {
    std::printf("FAILED: stackalloc: %s\n", runtime::StackErrorSentence(error));
    return 1;
  }
  std::memset(reinterpret_cast<void*>(stack.lo), 0x5a, stack.hi - stack.lo);
  const bool ok = stack.hi - stack.lo >= (63 << 10) && runtime::StackOf(stack.lo).lo == stack.lo &&
                  runtime::StackOf(stack.lo - 1).in_guard &&
                  runtime::StackHighWater(stack) >= stack.hi - stack.lo - 4096;
  runtime::stackfree(stack);
  std::puts(ok ? "a guarded stack of 64 KiB" : "FAILED: the stack is not what stack.h promises");
  return ok ? 0 : 1;
}
