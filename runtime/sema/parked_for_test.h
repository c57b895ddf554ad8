// For tests: waiting until somebody waits.
#ifndef GORT_RUNTIME_SEMA_PARKED_FOR_TEST_H_
#define GORT_RUNTIME_SEMA_PARKED_FOR_TEST_H_

#include <atomic>
#include <thread>

#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"

namespace gort::runtime {

// A goroutine or plain thread under test, so that another can wait until it is parked.
class Watched {
 public:
  // The watched one calls this before it waits.
  void ThisIsMe() { gp_.store(selfg(), std::memory_order_release); }

  // Returns once the watched one waits for `reason`. It must then stay there until the caller wakes it.
  // A thread may be between its status and its sleep, a goroutine between its status and the release of its lock: who takes
  // the lock finds either in the list.
  void AwaitParked(WaitReason reason) const {
    while (!IsParked(reason)) isthread(selfg()) ? std::this_thread::yield() : gosched();
  }

  // Peek: who waits in a loop, for the network, may be on its way into the next wait.
  bool IsParked(WaitReason reason) const {
    const g* gp = gp_.load(std::memory_order_acquire);
    return gp != nullptr && gp->atomicstatus.load(std::memory_order_acquire) == kGwaiting &&
           Peek(gp->waitreason) == reason;
  }

 private:
  std::atomic<g*> gp_{nullptr};
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SEMA_PARKED_FOR_TEST_H_
