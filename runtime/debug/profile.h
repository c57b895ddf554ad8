// Goroutine profiles: how many goroutines stand where, in the forms that Go users know.
//
//   gort::pprof::WriteGoroutineProfile("/tmp/goroutines.pb", 0);          $ go tool pprof -top /tmp/goroutines.pb
//
//   std::cout << gort::pprof::GoroutineProfile(1);
//
//   goroutine profile: total 12
//   10 @ 0x55d0c4aa1f63 0x55d0c4aa2b05
//   # labels: {"route":"/users"}
//   #	0x55d0c4aa1f62	main::{lambda#1}+0x36	main.cc:12
//   ...
//
// Goroutines with the same stack and labels are counted together. Functions, files and lines are filled in, so that no binary is
// needed to read a profile; without line tables the place is a module. Threads that run goroutines are asked for their stacks by a signal,
// as for gort::Stack(true) (runtime/sched/callers.h); one that does not answer is shown at the function it started with.
//
// Source: Go 1.27 runtime/pprof, Lookup("goroutine") and Lookup("goroutineleak"); pprof's profile.proto.
#ifndef GORT_RUNTIME_DEBUG_PROFILE_H_
#define GORT_RUNTIME_DEBUG_PROFILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace gort::pprof {

// All goroutines. `debug` 0: a protobuf, not compressed; 1: text, counted; 2 and more: every goroutine's trace, as in a dump.
// Runs on: any thread.  Blocks: M; goroutines go on computing, but none is taken up meanwhile.
// Errors: std::bad_alloc without memory.
std::string GoroutineProfile(int debug);

// The leaked ones alone.  Blocks and errors: as gort::debug::LeakedGoroutines.
absl::StatusOr<std::string> GoroutineLeakProfile(int debug);

// The first one, into a file, which is created or replaced.
// Errors: the file cannot be written; the message names it and says why.
absl::Status WriteGoroutineProfile(const std::string& path, int debug);

}  // namespace gort::pprof

#endif  // GORT_RUNTIME_DEBUG_PROFILE_H_
