// Time: Now, Sleep, After, Timer, Ticker, AfterFunc.
//
//   gort::Sleep(absl::Milliseconds(5));
//
//   switch (gort::Select(gort::Recv(results, r), gort::Recv(gort::After(std::chrono::seconds(1)), when))) { ... }
//
//   for (absl::Time t : gort::Ticker(absl::Seconds(1)).C()) ...
//
// Times are kept on the monotonic clock: setting the wall clock moves nothing. What a channel delivers is the wall
// clock's time at which the timer was due to fire, or a little later. Durations that are longer than the clock's 292
// years mean for ever.
//
// A timer's channel behaves as Go's have since 1.23: as unbuffered (Cap and Len are 0), and once Stop or Reset has
// returned, no value from before can be received. A timer or ticker needs no Stop: one that nobody waits for costs its
// memory only, until the last handle of its channel is gone.
//
// In a synctest bubble (runtime/synctest/synctest.h) all of it goes by the bubble's clock. A timer or ticker is of the
// bubble that it was made in; Stop and Reset elsewhere are PanicErrors ("stop of synctest timer from outside bubble").
//
// Everything here may be called on any thread. Source: Go 1.27 package time.
#ifndef GORT_RUNTIME_TIME_TIME_H_
#define GORT_RUNTIME_TIME_TIME_H_

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/time/duration.h"
#include "gort/runtime/time/functimer.h"
#include "gort/runtime/time/now.h"  // IWYU pragma: export

namespace gort {

// Stops the caller for at least d; not at all if d <= 0.
// Blocks: G.  Source: Go 1.27 time.Sleep.
void Sleep(absl::Duration d);

// Delivers the time once, after d. Source: Go 1.27 time.After.
RecvChan<absl::Time> After(absl::Duration d);

// A single event: a value on a channel, or with AfterFunc a call. A handle: copies are the same timer.
// Source: Go 1.27 time.Timer.
class Timer {
 public:
  // Starts a timer that delivers the time on C() after d. Source: Go 1.27 time.NewTimer.
  explicit Timer(absl::Duration d);
  template <class Rep, class Period>
  explicit Timer(std::chrono::duration<Rep, Period> d) : Timer(internal::ToDuration(d)) {}

  // The channel; the nil channel for AfterFunc.
  RecvChan<absl::Time> C() const { return c_; }

  // Stops it. True if that prevented the event: the value was not received, and will not be; the call will not begin.
  // False: it was received, or the call has begun (it may still be running), or the timer was stopped.
  // Errors: PanicError("time: Stop called on uninitialized Timer") for a handle that was moved from.
  bool Stop() const;

  // Starts it anew, d from now, whatever it was doing. Returns what Stop would have.
  // Errors: PanicError("time: Reset called on uninitialized Timer") likewise.
  bool Reset(absl::Duration d) const;
  template <class Rep, class Period>
  bool Reset(std::chrono::duration<Rep, Period> d) const {
    return Reset(internal::ToDuration(d));
  }

 private:
  friend Timer internal::MakeFuncTimer(absl::Duration d, internal::FuncTimer* f);
  explicit Timer(internal::FuncTimerRef f) : f_(std::move(f)) {}

  RecvChan<absl::Time> c_;    // one of the two
  internal::FuncTimerRef f_;  //
};

// An event every d, on a channel. A receiver that is slow misses ticks: at most one waits for it, and those that follow
// come at whole multiples of d from the start. A handle: copies are the same ticker.
// Source: Go 1.27 time.Ticker.
class Ticker {
 public:
  // Errors: PanicError("non-positive interval for NewTicker") if d <= 0.
  explicit Ticker(absl::Duration d);
  template <class Rep, class Period>
  explicit Ticker(std::chrono::duration<Rep, Period> d) : Ticker(internal::ToDuration(d)) {}

  RecvChan<absl::Time> C() const { return c_; }

  // No more ticks. Does not close the channel: who waits there goes on waiting. Nothing for a handle that was moved
  // from.
  void Stop() const;

  // The next tick comes d from now, and so on from there.
  // Errors: PanicError("non-positive interval for Ticker.Reset") if d <= 0, and
  // PanicError("time: Reset called on uninitialized Ticker") for a handle that was moved from.
  void Reset(absl::Duration d) const;
  template <class Rep, class Period>
  void Reset(std::chrono::duration<Rep, Period> d) const {
    Reset(internal::ToDuration(d));
  }

 private:
  RecvChan<absl::Time> c_;
};

// Calls f() after d, in a goroutine of its own; again after each Reset that follows. Stop does not wait for a call in
// progress. `f` is any callable without arguments, move-only captures included; it is destroyed when neither a handle
// nor a call is left and the timer is not waiting. An exception that leaves f ends the program, as in any goroutine.
// Source: Go 1.27 time.AfterFunc.
template <class F>
requires std::is_invocable_v < std::decay_t<F>
& > Timer AfterFunc(absl::Duration d, F&& f, SourceLocation where = SourceLocation::Current()) {
  return internal::MakeFuncTimer(d, new internal::FuncTimerOf<std::decay_t<F>>(std::forward<F>(f), where));
}

// ---- The same with std::chrono --------------------------------------------------------------------------------------

template <class Rep, class Period>
void Sleep(std::chrono::duration<Rep, Period> d) {
  Sleep(internal::ToDuration(d));
}

template <class Rep, class Period>
RecvChan<absl::Time> After(std::chrono::duration<Rep, Period> d) {
  return After(internal::ToDuration(d));
}

template <class Rep, class Period, class F>
requires std::is_invocable_v < std::decay_t<F>
& > Timer AfterFunc(std::chrono::duration<Rep, Period> d, F&& f, SourceLocation where = SourceLocation::Current()) {
  return AfterFunc(internal::ToDuration(d), std::forward<F>(f), where);
}

}  // namespace gort

#endif  // GORT_RUNTIME_TIME_TIME_H_
