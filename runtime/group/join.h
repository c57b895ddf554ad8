// The end of one goroutine, for the one that waits for it. One word, no lock, no memory.
//
//     kRunning --------- Finish --------> kDone
//        |                                  ^
//        | Wait: the waiter parks           |
//        v                                  |
//     g of the waiter -- Finish, which readies it
//
// The race it closes: Finish may come while the waiter is on its way to sleep. The waiter puts its g here only once it is
// kGwaiting, so whoever finds a g may ready it at once; and if Finish was first, the compare-and-swap fails and the waiter does
// not park.
#ifndef GORT_RUNTIME_GROUP_JOIN_H_
#define GORT_RUNTIME_GROUP_JOIN_H_

#include <atomic>
#include <cstdint>

namespace gort::runtime {
struct synctestBubble;
}

namespace gort::internal {

class JoinPoint {
 public:
  JoinPoint();
  JoinPoint(const JoinPoint&) = delete;
  JoinPoint& operator=(const JoinPoint&) = delete;

  // To be called once. Everything before it is visible to who returns from Wait, which may free this object at once.
  // Runs on: any thread.  Blocks: never.
  void Finish();

  // Returns when Finish was called. At most one caller at a time.
  // Runs on: any thread.  Blocks: G.
  void Wait();

 private:
  static constexpr std::uintptr_t kRunning = 0;
  static constexpr std::uintptr_t kDone = 1;

  // kRunning, kDone or a g. Writers: Wait (a g over kRunning), Finish (kDone over everything).
  std::atomic<std::uintptr_t> state_{kRunning};
  // The synctest bubble in which it was made: only that can end a wait there. Null when none.
  const runtime::synctestBubble* const bubble_;
};

}  // namespace gort::internal

#endif  // GORT_RUNTIME_GROUP_JOIN_H_
