// What lies behind AfterFunc: a timer with a function, counted.
//
// It is needed by the handles, by the timer while that is waiting, and by each call until it ends. So one counter:
//
//     who holds a reference       from                              to
//     --------------------------  --------------------------------  -----------------------------------------------
//     a handle (FuncTimerRef)     AfterFunc, copies                 its destructor
//     the waiting timer           Start finds it not waiting        Stop finds it waiting; or it fires, and hands the
//                                                                   reference to
//     a call                      the timer                         the end of f, or its Goexit
//
// The last one waits until the scheduler is out of the timer (timerstopwait) and deletes.
#ifndef GORT_RUNTIME_TIME_FUNCTIMER_H_
#define GORT_RUNTIME_TIME_FUNCTIMER_H_

#include <atomic>
#include <cstdint>
#include <utility>

#include "absl/time/time.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/timer/timer.h"

namespace gort {

class Timer;

namespace internal {

class FuncTimer {
 public:
  FuncTimer(const FuncTimer&) = delete;
  FuncTimer& operator=(const FuncTimer&) = delete;

  // Calls the function `d_ns` from now, in a new goroutine. True if it was waiting.
  // Errors: PanicError in another synctest bubble than that in which it was made, or in none; Stop, too.
  bool Start(std::int64_t d_ns);
  // True if it was waiting.
  bool Stop();

  void Ref() { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

 protected:
  explicit FuncTimer(SourceLocation where);
  virtual ~FuncTimer() = default;

 private:
  // The user's function.
  virtual void Call() = 0;
  // The timer's: starts the goroutine.
  static void Fire(void* self, std::uintptr_t, std::int64_t);

  runtime::timer t_;
  // Writers: any. The last decrement deletes; so it acquires what the others released.
  std::atomic<std::uint32_t> refs_{1};
  // Fire was called, so the scheduler may still be in it. Writer: Fire. Reader: the last Unref, which comes after the
  // calls'.
  std::atomic<bool> fired_{false};
  const SourceLocation where_;  // of the AfterFunc, for traces
};

template <class F>
class FuncTimerOf final : public FuncTimer {
 public:
  template <class G>
  FuncTimerOf(G&& f, SourceLocation where) : FuncTimer(where), f_(std::forward<G>(f)) {}

 private:
  void Call() override { f_(); }

  F f_;
};

// A handle of a FuncTimer, or of none.
class FuncTimerRef {
 public:
  FuncTimerRef() = default;
  // Takes over a reference.
  explicit FuncTimerRef(FuncTimer* f) : f_(f) {}
  FuncTimerRef(const FuncTimerRef& other) noexcept : f_(other.f_) {
    if (f_ != nullptr) f_->Ref();
  }
  FuncTimerRef(FuncTimerRef&& other) noexcept : f_(std::exchange(other.f_, nullptr)) {}
  FuncTimerRef& operator=(FuncTimerRef other) noexcept {
    std::swap(f_, other.f_);
    return *this;
  }
  ~FuncTimerRef() {
    if (f_ != nullptr) f_->Unref();
  }

  FuncTimer* get() const { return f_; }

 private:
  FuncTimer* f_ = nullptr;
};

// AfterFunc's end: starts f and wraps it.
Timer MakeFuncTimer(absl::Duration d, FuncTimer* f);

}  // namespace internal
}  // namespace gort

#endif  // GORT_RUNTIME_TIME_FUNCTIMER_H_
