// Doing something exactly once.
#ifndef GORT_RUNTIME_SYNC_ONCE_H_
#define GORT_RUNTIME_SYNC_ONCE_H_

#include <atomic>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sync/mutex.h"

namespace gort {

// Usable from plain threads too, which stop while they wait. Static ones need no initialization.
// Source: Go 1.27 sync.Once.
class Once {
 public:
  constexpr Once() = default;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  // Calls f() if this is the first call of Do, and otherwise waits until the first one's f has finished. It has finished also if it
  // left by an exception, which the first caller gets, or by Goexit: it is not called again. An f that calls Do of the same Once
  // waits for ever.
  // The end of f happens before the return of any Do.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G.
  template <std::invocable F>
  void Do(F&& f) {
    // Acquire: pairs with the release in Finish.
    if (!done_.load(std::memory_order_acquire)) [[unlikely]] {
      DoSlow(std::forward<F>(f));
    }
  }

 private:
  // `done` must not be true before f has finished, or others would not wait for it: hence the lock.
  template <class F>
  void DoSlow(F&& f) {
    std::lock_guard<Mutex> lock(mutex_);
    if (done_.load(std::memory_order_relaxed)) return;
    struct Finish {
      std::atomic<bool>* done;
      ~Finish() { done->store(true, std::memory_order_release); }
    } finish{&done_};
    std::invoke(std::forward<F>(f));
  }

  std::atomic<bool> done_{false};
  Mutex mutex_;
};

namespace internal {

// The common part of OnceFunc and OnceValue: calls f once, keeps what came of it.
template <class F, class Value>
struct OnceResult {
  explicit OnceResult(F&& f) : function(std::move(f)) {}
  explicit OnceResult(const F& f) : function(f) {}

  // Returns when f has finished. Throws what f threw.
  void Get() {
    once.Do([this] {
      try {
        Call();
      } catch (...) {
        error = std::current_exception();
        throw;  // also Goexit passes here, which must not be stopped
      }
    });
    if (error != nullptr) std::rethrow_exception(error);
    if (!valid) throw PanicError("sync: the function of a OnceFunc or OnceValue has not returned: it called Goexit");
  }

  void Call() {
    // Moved out, so that what it captured is destroyed when it has run. Source: Go 1.27 sync.OnceFunc.
    F f = std::move(*function);
    function.reset();
    if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
      f();
      value.emplace();
    } else {
      value.emplace(f());
    }
    valid = true;
  }

  Once once;
  std::optional<F> function;
  std::optional<Value> value;
  std::exception_ptr error;
  bool valid = false;
};

}  // namespace internal

// Returns a function that calls f when it is called for the first time, and does nothing afterwards. When f throws, every call
// throws the same exception. Copies of the function share the one call.
// Runs on: any; the function as Once::Do.
// Source: Go 1.27 sync.OnceFunc.
template <class F>
  requires std::invocable<std::decay_t<F>&>
auto OnceFunc(F&& f) {
  struct Nothing {};
  auto state = std::make_shared<internal::OnceResult<std::decay_t<F>, Nothing>>(std::forward<F>(f));
  return [state = std::move(state)] { state->Get(); };
}

// Returns a function that calls f when it is called for the first time, and returns a reference to what f returned each time. The
// value lives as long as the function or a copy of it. When f throws, every call throws the same exception.
// Runs on: any; the function as Once::Do.
// Source: Go 1.27 sync.OnceValue, which returns a copy.
template <class F>
  requires std::invocable<std::decay_t<F>&>
auto OnceValue(F&& f) {
  using Value = std::decay_t<std::invoke_result_t<std::decay_t<F>&>>;
  auto state = std::make_shared<internal::OnceResult<std::decay_t<F>, Value>>(std::forward<F>(f));
  return [state = std::move(state)]() -> const Value& {
    state->Get();
    return *state->value;
  };
}

}  // namespace gort

#endif  // GORT_RUNTIME_SYNC_ONCE_H_
