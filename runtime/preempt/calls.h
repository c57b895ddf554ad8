// The functions that preempt_benchmark compares; calls.cc is compiled with and without -fsplit-stack.
#ifndef GORT_RUNTIME_PREEMPT_CALLS_H_
#define GORT_RUNTIME_PREEMPT_CALLS_H_

namespace gort::calls {

namespace unchecked {
unsigned long Leaf(unsigned long value);
unsigned long Call(unsigned long value);           // calls a function of its own file
unsigned long CallUnchecked(unsigned long value);  // calls Leaf
}  // namespace unchecked

namespace checked {
unsigned long Call(unsigned long value);
unsigned long CallUnchecked(unsigned long value);
}  // namespace checked

}  // namespace gort::calls

#endif  // GORT_RUNTIME_PREEMPT_CALLS_H_
