#include "gort/runtime/group/join.h"

#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"

namespace gort::internal {

void JoinPoint::Finish() {
  // Release: the result, for Wait's acquire. Acquire: the waiter's context, saved before it put its g here.
  const std::uintptr_t before = state_.exchange(kDone, std::memory_order_acq_rel);
  if (before != kRunning) runtime::goready(reinterpret_cast<runtime::g*>(before));
}

void JoinPoint::Wait() {
  if (state_.load(std::memory_order_acquire) == kDone) return;
  runtime::selfg();  // a plain thread has none before its first call
  const runtime::UnlockFn publish = [](runtime::g* gp, void* state) {
    std::uintptr_t running = kRunning;
    return static_cast<std::atomic<std::uintptr_t>*>(state)->compare_exchange_strong(
        running, reinterpret_cast<std::uintptr_t>(gp), std::memory_order_acq_rel, std::memory_order_relaxed);
  };
  // The reason: this is a WaitGroup of one. In a synctest bubble the wait is durable, as WaitGroup's is.
  runtime::gopark(publish, &state_, runtime::WaitReason::kSyncWaitGroupWait);
  static_cast<void>(state_.load(std::memory_order_acquire));  // pairs with Finish, also if we did not park
}

}  // namespace gort::internal
