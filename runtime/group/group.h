// Group: goroutines that work on parts of one thing.
//
//     gort::Group group(ctx);
//     for (const Url& url : urls) group.Go([&, ctx = group.context()] { return Fetch(ctx, url); });
//     absl::Status status = group.Wait();           // of the first that failed; the others have seen ctx end
//
// Source: Go's golang.org/x/sync/errgroup.Group. Here every group has a context, and its destructor waits, so that functions
// may refer to what is declared before the group.
#ifndef GORT_RUNTIME_GROUP_GROUP_H_
#define GORT_RUNTIME_GROUP_GROUP_H_

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"

namespace gort {

class Group {
 public:
  Group() : Group(Background()) {}
  explicit Group(const Context& parent);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  // Ends context() and waits for all. What Wait would have returned or thrown is dropped.
  // Blocks: G.
  ~Group();

  // Starts a goroutine that calls f(), which returns absl::Status or nothing. The first one to fail, by a status that is not
  // OK or by an exception, ends context(). Waits first while as many are active as the limit allows.
  // Runs on: any thread, one of the group's goroutines too.  Blocks: G, at the limit.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  void Go(F&& f, SourceLocation where = SourceLocation::Current()) {
    Take();
    Start(std::forward<F>(f), where);
  }

  // Go, unless it would have to wait: then false, and f is not touched.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  bool TryGo(F&& f, SourceLocation where = SourceLocation::Current()) {
    if (!TryTake()) return false;
    Start(std::forward<F>(f), where);
    return true;
  }

  // At most n goroutines at once from here on; negative: any number. 0 lets none start.
  // Errors: PanicError while goroutines of this group are active.
  void SetLimit(std::int64_t n);

  // Waits for all goroutines, then ends context(). Returns the first status that was not OK. If a function left by an
  // exception, that is thrown instead, the first of them if there are several.
  // Runs on: any thread but the group's own goroutines.  Blocks: G.
  absl::Status Wait();

  // Ends with the first failure, which is its Cause(), and when Wait returns.
  const Context& context() const;

 private:
  struct State;
  using Function = absl::AnyInvocable<absl::Status()>;

  template <class F>
  static Function ReturningStatus(F&& f) {
    using R = std::invoke_result_t<std::decay_t<F>&>;
    if constexpr (std::is_void_v<R>) {
      return [f = std::forward<F>(f)]() mutable {
        f();
        return absl::OkStatus();
      };
    } else {
      static_assert(std::is_convertible_v<R, absl::Status>, "gort::Group: a function returns absl::Status or void");
      return std::forward<F>(f);
    }
  }

  template <class F>
  void Start(F&& f, SourceLocation where) {
    Function function;
    try {
      function = ReturningStatus(std::forward<F>(f));
    } catch (...) {  // of f's own copy constructor
      Leave();
      throw;
    }
    StartFunction(std::move(function), where);
  }

  void Take();
  bool TryTake();
  void Leave();
  void StartFunction(Function function, SourceLocation where);

  // Shared with the goroutines: the last one may still be letting go of the lock when Wait returns.
  const std::shared_ptr<State> state_;
};

}  // namespace gort

#endif  // GORT_RUNTIME_GROUP_GROUP_H_
