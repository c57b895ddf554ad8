// Making goroutines. In two steps, so that what the goroutine captures is constructed in place above its stack:
//
//     void* room;
//     g* gp = newproc1(fn, sizeof(F), alignof(F), spec, &room);
//     new (room) F(std::move(f));
//     newprocready(gp);
#ifndef GORT_RUNTIME_SCHED_NEWPROC_H_
#define GORT_RUNTIME_SCHED_NEWPROC_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"

namespace gort::runtime {

// What a go statement says beside the function. The strings must live as long as the goroutine.
struct GoSpec {
  std::size_t stack_bytes = 0;     // 0: the default
  const char* name = nullptr;      // for tracebacks
  const char* file = nullptr;      // where the go statement stands
  const char* function = nullptr;  //
  std::uint32_t line = 0;          //
};

// A goroutine that will call fn(room); kGdead until newprocready.
// Runs on: any.  Needs P: no; with one, its free list is used.  Blocks: never.
// Errors: stops the program with a sentence when there is no memory for a stack, and on a null fn ("go of nil func value").
// Source: Go 1.27 runtime.newproc1.
g* newproc1(void (*fn)(void*), std::size_t closure_bytes, std::size_t closure_align, const GoSpec& spec, void** room);

// Gives it back instead: what it should have run could not be constructed.
// Runs on: the thread that called newproc1; gp is still kGdead.  Needs P: no.  Locks: may take sched.lock.
void newprocabandon(g* gp);

// Makes it runnable: next on the caller's P, or on the global queue from a thread that has none. A goroutine that has lost its P
// waits here until it has one again.
// Runs on: any.  Blocks: G, only then.  Locks: none of the runtime's may be held.
void newprocready(g* gp);

// Starts fn(nullptr), where `fnword` holds fn: how rt0_go starts `runtime.main`, from the word runtime.mainPC.
// Runs on: g0 of the first thread.
// Source: Go 1.27 runtime.newproc.
void newproc(void (*const* fnword)(void*)) asm("runtime.newproc");

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_NEWPROC_H_
