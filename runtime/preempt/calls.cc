// Compiled twice: GORT_CALLS_NAMESPACE is `checked`, with -fsplit-stack, or `unchecked`.
#include "gort/runtime/preempt/calls.h"

namespace gort::calls::GORT_CALLS_NAMESPACE {

namespace {

[[gnu::noinline]] unsigned long Own(unsigned long value) {
  asm volatile("" : "+r"(value));
  return value + 1;
}

}  // namespace

unsigned long Call(unsigned long value) {
  value = Own(value);
  asm volatile("" : "+r"(value));  // no tail call
  return value;
}

unsigned long CallUnchecked(unsigned long value) {
  value = unchecked::Leaf(value);
  asm volatile("" : "+r"(value));
  return value;
}

}  // namespace gort::calls::GORT_CALLS_NAMESPACE
