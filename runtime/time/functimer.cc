#include "gort/runtime/time/functimer.h"

#include "gort/runtime/panic/panic.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/time/duration.h"
#include "gort/runtime/time/time.h"

namespace gort::internal {

FuncTimer::FuncTimer(SourceLocation where) : where_(where) { runtime::timerinit(&t_, &Fire, this); }

bool FuncTimer::Start(std::int64_t d_ns) {
  if (runtime::outsidebubble(&t_)) throw PanicError("reset of synctest timer from outside bubble");
  runtime::racereleasemerge(this);
  Ref();  // the waiting timer's, first: it may fire at once
  const bool waiting = runtime::timerreset(&t_, runtime::timerafter(&t_, d_ns), 0);
  if (waiting) Unref();  // it had one
  return waiting;
}

bool FuncTimer::Stop() {
  if (runtime::outsidebubble(&t_)) throw PanicError("stop of synctest timer from outside bubble");
  const bool waiting = runtime::timerstop(&t_);
  if (waiting) Unref();
  return waiting;
}

void FuncTimer::Unref() {
  // Release: what we did comes before the end; acquire: what the others did, too.
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // It is not waiting, or we would not be the last. But the scheduler may still be in Fire, after the goroutine that it
  // started has ended. (Asked first, because most timers are stopped, and the wait costs two locked operations.)
  if (fired_.load(std::memory_order_relaxed)) runtime::timerstopwait(&t_);
  delete this;
}

// Source: Go 1.27 time.goFunc.
void FuncTimer::Fire(void* self, std::uintptr_t, std::int64_t) {
  runtime::raceacquire(self);  // g0, and by it what it starts
  auto* f = static_cast<FuncTimer*>(self);
  f->fired_.store(true, std::memory_order_relaxed);
  Go([ref = FuncTimerRef(f)] { ref.get()->Call(); }, f->where_);
}

Timer MakeFuncTimer(absl::Duration d, FuncTimer* f) {
  FuncTimerRef ref(f);
  f->Start(ToTimerNs(d));
  return Timer(std::move(ref));
}

}  // namespace gort::internal
