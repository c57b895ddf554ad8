// Preemption by function prologues: what //runtime/preempt adds for a program whose code, or part of it, is compiled with
// -fsplit-stack. docs/preemption.md says how to use it; there is nothing to call.
//
//     f:  cmp %fs:0x70, %rsp                 the thread's word (sched/preempt.h): 0, or stackPreempt
//         jb  1f
//     2:  ...                                f's body
//     1:  call __morestack  -------------->  newstack  --->  gosched
//         ret                                (the body begins behind this byte)
//         jmp 2b
#ifndef GORT_RUNTIME_PREEMPT_PREEMPT_H_
#define GORT_RUNTIME_PREEMPT_PREEMPT_H_

#include <cstdint>

namespace gort::runtime {

// Called by __morestack, which has saved what the ABI does not: yields if the goroutine was asked to and may.
// `sp` is the stack pointer of the function that looked.
// Runs on: any.  Blocks: G.  Source: Go 1.27 runtime.newstack, of which there is no other half: no stack moves.
void newstack(std::uintptr_t sp) asm("runtime.newstack");

// How often a goroutine has yielded in a prologue.
// Runs on: any.  Blocks: never.
std::uint64_t preemptcount();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_PREEMPT_PREEMPT_H_
