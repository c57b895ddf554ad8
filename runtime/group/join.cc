#include "gort/runtime/group/join.h"

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/race.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::internal {

JoinPoint::JoinPoint() : bubble_(runtime::selfg()->bubble) {}

void JoinPoint::Finish() {
  runtime::racereleasemerge(&state_);
  // Release: the result, for Wait's acquire. Acquire: the waiter's context, saved before it put its g here.
  const std::uintptr_t before = state_.exchange(kDone, std::memory_order_acq_rel);
  if (before != kRunning) runtime::goready(reinterpret_cast<runtime::g*>(before));
}

void JoinPoint::Wait() {
  if (state_.load(std::memory_order_acquire) == kDone) return runtime::raceacquire(&state_);
  runtime::g* self = runtime::selfg();
  const runtime::UnlockFn publish = [](runtime::g* gp, void* state) {
    std::uintptr_t running = kRunning;
    return static_cast<std::atomic<std::uintptr_t>*>(state)->compare_exchange_strong(
        running, reinterpret_cast<std::uintptr_t>(gp), std::memory_order_acq_rel, std::memory_order_relaxed);
  };
  self->param = &state_;  // for leak reports: who waits with no sudog waits here
  // The reason: this is a WaitGroup of one.
  const bool durable = self->bubble != nullptr && self->bubble == bubble_;
  runtime::gopark(publish, &state_,
                  durable ? runtime::WaitReason::kSynctestWaitGroupWait : runtime::WaitReason::kSyncWaitGroupWait);
  self->param = nullptr;
  static_cast<void>(state_.load(std::memory_order_acquire));  // pairs with Finish, also if we did not park
  runtime::raceacquire(&state_);
}

}  // namespace gort::internal

GORT_RACE_INVISIBLE_END
