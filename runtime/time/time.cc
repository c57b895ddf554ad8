#include "gort/runtime/time/time.h"

#include "gort/gstruct/hchan.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/time/duration.h"
#include "gort/runtime/time/timechan.h"
#include "gort/runtime/timer/sleep.h"
#include "gort/runtime/timer/timer.h"

namespace gort {

namespace {

std::int64_t When(absl::Duration d) { return runtime::timerafter(internal::ToTimerNs(d)); }

// By c's clock, which may not be the caller's.
std::int64_t When(const RecvChan<absl::Time>& c, absl::Duration d) {
  return runtime::timerafter(c.hchan()->timer, internal::ToTimerNs(d));
}

// A ticker's period.
std::int64_t ToPeriodNs(absl::Duration d, const char* error) {
  if (d <= absl::ZeroDuration()) throw PanicError(error);
  return internal::ToTimerNs(d);
}

RecvChan<absl::Time> MakeTicks(absl::Duration d) {
  const std::int64_t period_ns = ToPeriodNs(d, "non-positive interval for NewTicker");
  return internal::MakeTimeChan(When(d), period_ns);
}

}  // namespace

void Sleep(absl::Duration d) { runtime::timeSleep(internal::ToTimerNs(d)); }

RecvChan<absl::Time> After(absl::Duration d) { return internal::MakeTimeChan(When(d), 0); }

Timer::Timer(absl::Duration d) : c_(After(d)) {}

bool Timer::Stop() const {
  if (f_.get() != nullptr) return f_.get()->Stop();
  if (!c_) throw PanicError("time: Stop called on uninitialized Timer");
  return internal::RestartTimeChan(c_, 0, 0);
}

bool Timer::Reset(absl::Duration d) const {
  if (f_.get() != nullptr) return f_.get()->Start(internal::ToTimerNs(d));
  if (!c_) throw PanicError("time: Reset called on uninitialized Timer");
  return internal::RestartTimeChan(c_, When(c_, d), 0);
}

Ticker::Ticker(absl::Duration d) : c_(MakeTicks(d)) {}

void Ticker::Stop() const {
  if (c_) internal::RestartTimeChan(c_, 0, 0);
}

void Ticker::Reset(absl::Duration d) const {
  const std::int64_t period_ns = ToPeriodNs(d, "non-positive interval for Ticker.Reset");
  if (!c_) throw PanicError("time: Reset called on uninitialized Ticker");
  internal::RestartTimeChan(c_, When(c_, d), period_ns);
}

}  // namespace gort
