// Tests of concurrent code with a clock that the test controls by waiting.
//
//     gort::synctest::Test([] {
//       auto [ctx, cancel] = gort::WithTimeout(gort::Background(), absl::Hours(1));
//       gort::Sleep(absl::Hours(1) - absl::Nanoseconds(1));  // takes no time
//       gort::synctest::Wait();
//       EXPECT_TRUE(ctx.Err().ok());
//       gort::Sleep(absl::Nanoseconds(1));
//       gort::synctest::Wait();
//       EXPECT_TRUE(absl::IsDeadlineExceeded(ctx.Err()));
//     });
//
// Test runs a function in a *bubble*: the function's goroutine and all goroutines that are started in it. Their clock
// starts on 2000-01-01 00:00 UTC and stands still while any of them runs. When all are *durably blocked*, so that
// nothing outside of the bubble can wake one, it moves to the time of the next timer. So a test that waits for an hour
// takes microseconds, never sees a timeout come early because a machine is slow, and sees the same times in every run.
//
// What is durable:                                      What is not, as something else may end it:
//   a channel made in the bubble, a nil channel           a channel made outside of it
//   a select all of whose channels are such; select {}    Mutex, RWMutex, Once
//   Sleep, timeouts                                       I/O, Blocking
//   Cond::Wait                                            anything outside of gort
//   WaitGroup::Wait, if its Add was called in the bubble
//   Task::Join, Group::Wait, Semaphore::Acquire, of those made in it
//   synctest::Wait
//
// gort::Now(), Timer, Ticker, AfterFunc and contexts go by the bubble's clock; absl::Now() knows nothing of it. Timers
// that are due at the same instant come in random order. What is of a bubble must not be used outside of it: that is a
// PanicError for channels and timers, a fatal error for Cond and WaitGroup.
//
// A bubble's record, some 150 bytes, is not freed: channels and timers that outlive the test refer to it.
//
// Source: Go 1.27 package testing/synctest.
#ifndef GORT_RUNTIME_SYNCTEST_SYNCTEST_H_
#define GORT_RUNTIME_SYNCTEST_SYNCTEST_H_

#include <chrono>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/time/duration.h"

namespace gort::synctest {

// Calls f on a new goroutine in a bubble of its own, and returns when all goroutines of the bubble have ended. The
// clock stands still from the moment when f has ended. An exception of f comes out; Goexit ends f as a return does.
// Runs on: any thread.  Blocks: G.
// Errors: PanicError, after showing the bubble's goroutines on stderr, when none of them can ever go on:
// "deadlock: all goroutines in bubble are blocked", or, once f has ended, "deadlock: main bubble goroutine has exited
// but blocked goroutines remain". They stay blocked. PanicError("synctest.Run called from within a synctest bubble").
// Source: Go 1.27 synctest.Test.
void Test(absl::FunctionRef<void()> f, SourceLocation where = SourceLocation::Current());

// Waits until every other goroutine of the bubble is durably blocked, or has ended. What they did before happens before
// the return.
// Runs on: a goroutine of a bubble.  Blocks: G.
// Errors: PanicError("goroutine is not in a bubble"); PanicError("wait already in progress") if another one is in Wait.
// Source: Go 1.27 synctest.Wait.
void Wait();

// gort::Sleep, then Wait: also what is due at the same instant has been done.
// Runs on: a goroutine of a bubble.  Blocks: G.  Errors: as of Wait, without sleeping.
// Source: Go 1.27 synctest.Sleep.
void Sleep(absl::Duration d);
template <class Rep, class Period>
void Sleep(std::chrono::duration<Rep, Period> d) {
  Sleep(internal::ToDuration(d));
}

}  // namespace gort::synctest

#endif  // GORT_RUNTIME_SYNCTEST_SYNCTEST_H_
