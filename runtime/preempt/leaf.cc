#include "gort/runtime/preempt/calls.h"

namespace gort::calls::unchecked {

unsigned long Leaf(unsigned long value) {
  asm volatile("" : "+r"(value));
  return value + 1;
}

}  // namespace gort::calls::unchecked
