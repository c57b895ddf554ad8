// Leaked goroutines: those that wait for what nobody can do any more, because nobody can get at their channel, mutex, ...
//
//   absl::StatusOr<std::string> report = gort::debug::LeakReport();
//
//   goroutine 7 [chan receive (leaked)]:
//   Worker(...)
//   	worker.cc:31
//   created by Start in goroutine 1
//   	main.cc:12
//
// In tests: expect_no_leaks.h.
//
// Found are goroutines that wait for channels (send, receive, select), nil channels, select without cases, Mutex, RWMutex, Cond,
// WaitGroup, Semaphore, Group and Task, when all that could wake them is out of reach of every goroutine and thread that may still
// run. Goroutines that sleep, wait for the network or with a timeout, and main in an empty select, are never among them.
//
// What is reported is a leak (runtime/debug/reach.h says what that rests on). What leaks is not always reported, for C++ has no
// collector to ask: an address that was left behind, in freed memory or an unused part of a frame, is taken for a reference, and
// so is one from a heap object that has itself been leaked. Objects in blocks of another malloc than glibc's are taken for reachable.
//
// All threads are stopped for the search, as long as it takes to read all memory that was written: half a second for 1 GB. Threads are
// stopped by SIGURG, so that some of their system calls may return EINTR.
//
// Source: Go 1.27's goroutineleak profile.
#ifndef GORT_RUNTIME_DEBUG_LEAKS_H_
#define GORT_RUNTIME_DEBUG_LEAKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gort::debug {

// The leaked goroutines' numbers, in ascending order. From now on dumps show them as "(leaked)", as long as they wait.
// Runs on: any thread.  Blocks: M, and every other thread; one search at a time.
// Errors: Unimplemented with AddressSanitizer, ThreadSanitizer and Valgrind, whose tables refer to everything; Unavailable when a
// thread could not be stopped (one that blocks SIGURG, say) or /proc is not there. The message says which.
absl::StatusOr<std::vector<std::uint64_t>> LeakedGoroutines();

// The same as text: a block for each as in a dump, equal ones folded; empty when there is none.
absl::StatusOr<std::string> LeakReport();

// All goroutines that exist now, but system ones; and the blocks of a dump for some that do not run. For who compares before and after.
// Runs on: any thread.  Blocks: never.
std::vector<std::uint64_t> Goroutines();
std::string DescribeGoroutines(const std::vector<std::uint64_t>& numbers);

}  // namespace gort::debug

#endif  // GORT_RUNTIME_DEBUG_LEAKS_H_
