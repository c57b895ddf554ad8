// Waiting for a number of goroutines to finish.
#ifndef GORT_RUNTIME_SYNC_WAITGROUP_H_
#define GORT_RUNTIME_SYNC_WAITGROUP_H_

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "gort/runtime/goroutine/goroutine.h"

namespace gort {

// Counts what is still to be done; Wait returns when the count is zero.
//
//     gort::WaitGroup wg;
//     for (Job& job : jobs) wg.Go([&job] { job.Run(); });
//     wg.Wait();
//
// May be used again once every Wait has returned, and destroyed then, even though the last Done has not returned.
// Usable from plain threads too, which stop while they wait. Static ones need no initialization.
//
// Done happens before the return of the Wait that it lets go on.
//
// Source: Go 1.27 sync.WaitGroup.
class WaitGroup {
 public:
  constexpr WaitGroup() = default;
  WaitGroup(const WaitGroup&) = delete;
  WaitGroup& operator=(const WaitGroup&) = delete;

  // Adds `delta`, which may be negative, to the count; at zero, those who wait go on. When the count is zero, an Add above zero
  // must happen before Wait: somebody who waits for nothing has gone.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: never.
  // Errors: PanicError "sync: negative WaitGroup counter"; PanicError "sync: WaitGroup misuse: Add called concurrently with
  // Wait" when that is noticed, which is not always. Ends the program when, between zero and zero, goroutines of different
  // synctest bubbles call it, or of one and of none.
  void Add(int delta);

  // Add(-1).
  void Done() { Add(-1); }

  // Waits until the count is zero.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G.
  // Errors: PanicError "sync: WaitGroup is reused before previous Wait has returned" when that is noticed.
  void Wait();

  // Starts a goroutine that calls f() and counts it until it has returned or left by Goexit and f is destroyed. `f` is as for
  // gort::Go. An exception that leaves f ends the program before Wait could return.
  // Runs on: any thread.  Blocks: never.  Errors: as of gort::Go; the count is then as before.
  // Source: Go 1.27 sync.WaitGroup.Go.
  template <class F>
    requires std::is_invocable_v<std::decay_t<F>&>
  void Go(F&& f, SourceLocation where = SourceLocation::Current()) {
    gort::Go(Counted<std::decay_t<F>>{Count(this), std::forward<F>(f)}, where);
  }

 private:
  // One of the count, for as long as it lives. That a destructor gives it back covers a return, Goexit, and a Go that fails;
  // and not an exception that nobody catches, which ends the program on top of the stack that threw it, unwinding nothing.
  class Count {
   public:
    explicit Count(WaitGroup* group) : group_(group) { group_->Add(1); }
    Count(Count&& other) noexcept : group_(std::exchange(other.group_, nullptr)) {}
    Count& operator=(Count&&) = delete;
    ~Count() {
      if (group_ != nullptr) group_->Done();
    }

   private:
    WaitGroup* group_;
  };

  template <class F>
  struct Counted {
    Count count;  // before f: destroyed after it
    F f;
    void operator()() { f(); }
  };

  // The count, 32 bits with a sign, above the number of those who wait, 32 bits.
  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::uint32_t> sema_{0};
  // The synctest bubble whose goroutines count; 0: none. Writers: the Adds that find the count at zero. Readers: Add, Wait.
  std::atomic<std::uint32_t> bubble_{0};

  void ChangeBubble(std::uint32_t here);
};

}  // namespace gort

#endif  // GORT_RUNTIME_SYNC_WAITGROUP_H_
