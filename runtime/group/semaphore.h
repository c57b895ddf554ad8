// Semaphore: a number of units that goroutines and threads take and give back.
//
// Who does not find enough units waits in line, first come, first served: a large request at the head of the line holds up the
// small ones behind it, so it is not starved by them.
// Source: Go's golang.org/x/sync/semaphore.Weighted.
#ifndef GORT_RUNTIME_GROUP_SEMAPHORE_H_
#define GORT_RUNTIME_GROUP_SEMAPHORE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "gort/gstruct/mutex.h"
#include "gort/runtime/context/context.h"

namespace gort {

class Semaphore {
 public:
  // `size` units, all free.
  explicit constexpr Semaphore(std::int64_t size) : size_(size) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Takes n units, waiting for them if need be. OK, or ctx.Err() if ctx is done, before or while waiting: then nothing was
  // taken. More units than there are come never, so that call waits for ctx.
  // Runs on: any thread.  Blocks: G.  Errors: PanicError if n is negative.
  absl::Status Acquire(const Context& ctx, std::int64_t n);
  void Acquire(std::int64_t n);

  // Takes n units if they are free and nobody waits in line.
  // Runs on: any thread.  Blocks: never.  Errors: PanicError if n is negative.
  [[nodiscard]] bool TryAcquire(std::int64_t n);

  // Gives n units back, not necessarily from where they were taken. The semaphore may be destroyed as soon as the units have
  // been taken again, even if this call has not returned.
  // Runs on: any thread.  Blocks: never.
  // Errors: PanicError("semaphore: released more than held"), and nothing is given back; PanicError if n is negative.
  void Release(std::int64_t n);

 private:
  struct Waiter;

  bool TryTake(std::int64_t n);
  Waiter* TakeGranted();
  void Remove(Waiter* waiter);
  static void Wake(Waiter* granted);

  const std::int64_t size_;
  // A runtime mutex, because its last step does not touch the memory that it lies in: see Release. Guards all below.
  runtime::mutex mutex_{};
  std::int64_t held_ = 0;
  Waiter* head_ = nullptr;  // the line; the waiters lie on their stacks
  Waiter* tail_ = nullptr;
};

}  // namespace gort

#endif  // GORT_RUNTIME_GROUP_SEMAPHORE_H_
