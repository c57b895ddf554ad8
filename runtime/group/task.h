// Task: a goroutine with a result.
//
//     gort::Task<int> sum = gort::Spawn([&] { return Sum(numbers); });
//     ...
//     total += sum.Join();
#ifndef GORT_RUNTIME_GROUP_TASK_H_
#define GORT_RUNTIME_GROUP_TASK_H_

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/group/join.h"
#include "gort/runtime/group/run.h"
#include "gort/runtime/panic/panic.h"

namespace gort {

namespace internal {

// What the goroutine leaves to Join. Writer: the goroutine, before Finish. Reader: the Task, after Wait.
template <class T>
struct TaskState {
  JoinPoint end;
  std::exception_ptr exception;
  // Empty after an exception or Goexit. void has a value too, so that Join is written once.
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
};

struct TaskAccess;

}  // namespace internal

// The handle to a goroutine made by Spawn. Move-only; whoever has it waits for the goroutine, at the latest when the handle is
// destroyed. One goroutine or thread at a time may use it.
template <class T>
class [[nodiscard]] Task {
 public:
  static_assert(!std::is_reference_v<T>, "gort::Task: return a pointer or a std::reference_wrapper, not a reference");

  // Nothing to join.
  Task() = default;
  Task(Task&&) noexcept = default;
  // Waits for the goroutine that this one had.
  Task& operator=(Task other) noexcept {
    state_.swap(other.state_);
    return *this;
  }
  // Waits for the goroutine. Its result, or the exception that ended it, is dropped.
  // Blocks: G.
  ~Task() {
    if (state_ != nullptr) state_->end.Wait();
  }

  // Whether there is something to join.
  explicit operator bool() const { return state_ != nullptr; }

  // Waits until the goroutine's function has ended and was destroyed. Returns what it returned, or throws what it threw. To be
  // called once.
  // Blocks: G.
  // Errors: PanicError if there is nothing to join, or no value because the function left by Goexit.
  T Join() {
    if (state_ == nullptr) throw PanicError("gort::Task: nothing to join; was it joined before, or moved away?");
    state_->end.Wait();
    const auto state = std::move(state_);
    if (state->exception != nullptr) std::rethrow_exception(state->exception);
    if (!state->value.has_value()) throw PanicError("gort::Task: no value to join, its function left by Goexit");
    if constexpr (!std::is_void_v<T>) return *std::move(state->value);
  }

 private:
  friend struct internal::TaskAccess;
  std::unique_ptr<internal::TaskState<T>> state_;
};

namespace internal {

struct TaskAccess {
  template <class T, class F>
  static Task<T> Start(const GoOptions& options, F&& f, SourceLocation where) {
    Task<T> task;
    auto made = std::make_unique<TaskState<T>>();
    // optional: the function's captures are destroyed before Join returns, not when the goroutine gets to it.
    Go(
        options,
        [state = made.get(), f = std::optional<std::decay_t<F>>(std::forward<F>(f))]() mutable {
          const AtEnd finish([&] {
            f.reset();
            state->end.Finish();
          });
          state->exception = RunCatching([&] {
            if constexpr (std::is_void_v<T>) {
              (*f)();
              state->value.emplace();
            } else {
              state->value.emplace((*f)());
            }
          });
        },
        where);
    task.state_ = std::move(made);  // not before: if Go throws, nothing ends this task
    return task;
  }
};

}  // namespace internal

// Starts a goroutine that calls f() and keeps its result for Join. f is any callable without arguments, move-only captures
// included; its result may be void or move-only.
// Runs on: any thread.  Blocks: never.  Errors: as Go.
template <class F>
  requires std::invocable<std::decay_t<F>&>
auto Spawn(const GoOptions& options, F&& f, SourceLocation where = SourceLocation::Current()) {
  using T = std::remove_const_t<std::invoke_result_t<std::decay_t<F>&>>;
  return internal::TaskAccess::Start<T>(options, std::forward<F>(f), where);
}

template <class F>
  requires std::invocable<std::decay_t<F>&>
auto Spawn(F&& f, SourceLocation where = SourceLocation::Current()) {
  return Spawn(GoOptions{}, std::forward<F>(f), where);
}

// Spawn<T>(f): the same with the result converted to T.
template <class T, class F>
  requires std::is_invocable_r_v<T, std::decay_t<F>&>
Task<T> Spawn(F&& f, SourceLocation where = SourceLocation::Current()) {
  return internal::TaskAccess::Start<T>(GoOptions{}, std::forward<F>(f), where);
}

}  // namespace gort

#endif  // GORT_RUNTIME_GROUP_TASK_H_
