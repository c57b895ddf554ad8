// Context: a deadline, a cancellation signal and values, carried across calls and goroutines.
//
//     auto [ctx, cancel] = gort::WithTimeout(gort::Background(), absl::Seconds(2));
//     Go([ctx = ctx] { Work(ctx); });                      // any number of copies; all are the same context
//     ...
//     cancel();                                            // ctx and everything derived from it is done
//
// Go's package context, with these differences. Contexts are made here only: there is no interface to implement. The memory
// of a context is freed, and it leaves its parent and its timer, when the last handle to it, to a context derived from it and
// to a function waiting for it is gone; `cancel` may be dropped without harm. Errors are absl::Status.
//
// Every function here may be called from any thread, on the same context at the same time.
// Source: Go 1.27 package context.
#ifndef GORT_RUNTIME_CONTEXT_CONTEXT_H_
#define GORT_RUNTIME_CONTEXT_CONTEXT_H_

#include <any>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/time/duration.h"

namespace gort {

class Context;

namespace internal {
class Canceler;
class ContextNode;
struct MakeContext;

// What identifies a ContextKey: its address.
struct ContextKeyName {
  explicit constexpr ContextKeyName(const char* name) : name(name) {}
  ContextKeyName(const ContextKeyName&) = delete;
  ContextKeyName& operator=(const ContextKeyName&) = delete;
  const char* name;
};
}  // namespace internal

// The key of a value of type T: one object, mostly a constant, which is equal to itself alone.
//     inline constexpr gort::ContextKey<User> kUser("user");
//     ctx = gort::WithValue(ctx, kUser, user);
//     const User* user = ctx.Value(kUser);
template <class T>
class ContextKey : private internal::ContextKeyName {
 public:
  explicit constexpr ContextKey(const char* name = "key") : ContextKeyName(name) {}

 private:
  friend class Context;
  template <class U>
  friend Context WithValue(const Context&, const ContextKey<U>&, std::type_identity_t<U>);
  const ContextKeyName* id() const { return this; }
};

// A handle; copies are the same context. Default-constructed or moved from it is Background: never done, no deadline, no
// values.
class Context {
 public:
  Context() = default;
  Context(const Context& other) noexcept;
  Context(Context&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Context& operator=(Context other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Context();

  // Closed when work for this context is to end; nil if that cannot happen.
  RecvChan<Unit> Done() const;

  // OK until Done() is closed; then Canceled ("context canceled") or DeadlineExceeded ("context deadline exceeded").
  // Blocks: G, while another thread is at cancelling this context; the same holds for Cause.
  absl::Status Err() const;

  // OK until Done() is closed; then what was given to the CancelCauseFunc or to WithDeadlineCause, by this context or by the
  // ancestor that ended it; Err() if nothing was given.
  absl::Status Cause() const;

  // When the context ends at the latest.
  std::optional<absl::Time> Deadline() const;

  // The value of the nearest WithValue that used this key; null if none. It lives as long as this handle, and longer.
  template <class T>
  const T* Value(const ContextKey<T>& key) const;

  // The same for keys of any other type: equal type and equal value. Empty if there is none. All strings are one type,
  // std::string, as keys.
  template <class K>
  std::any Value(const K& key) const;

  // How it was made: "context.Background.WithCancel".
  std::string String() const;

  // Whether both are the same context.
  friend bool operator==(const Context&, const Context&) = default;

 private:
  friend struct internal::MakeContext;
  const std::any* Find(absl::FunctionRef<bool(const std::any& key)> is_key) const;

  const internal::ContextNode* node_ = nullptr;  // counted; null: Background
};

// Ends its context, and with it everything derived from that. Contexts below are done when the call returns. Further calls do
// nothing. Copies are the same function; one that was default-constructed does nothing.
class CancelFunc {
 public:
  CancelFunc() = default;
  void operator()() const;

 private:
  friend struct internal::MakeContext;
  explicit CancelFunc(std::shared_ptr<internal::Canceler> canceler);
  std::shared_ptr<internal::Canceler> canceler_;
};

// The same with a reason, which Cause() returns; OK stands for none.
class CancelCauseFunc {
 public:
  CancelCauseFunc() = default;
  void operator()(const absl::Status& cause) const;

 private:
  friend struct internal::MakeContext;
  explicit CancelCauseFunc(std::shared_ptr<internal::Canceler> canceler);
  std::shared_ptr<internal::Canceler> canceler_;
};

// What ContextAfterFunc returns. True: the function was waiting and will never run. False: it was started, or stopped before.
class StopFunc {
 public:
  StopFunc() = default;
  bool operator()() const;

 private:
  friend struct internal::MakeContext;
  explicit StopFunc(std::shared_ptr<internal::Canceler> leaf);
  std::shared_ptr<internal::Canceler> leaf_;
};

inline Context Background() { return Context(); }

// A context that ends when `cancel` is called or when `parent` ends.
[[nodiscard]] std::pair<Context, CancelFunc> WithCancel(const Context& parent);
[[nodiscard]] std::pair<Context, CancelCauseFunc> WithCancelCause(const Context& parent);

// A context that also ends at `deadline`, with DeadlineExceeded (and `cause`); at once when that is past. If `parent` has an
// earlier deadline, that one stays.
[[nodiscard]] std::pair<Context, CancelFunc> WithDeadline(const Context& parent, absl::Time deadline);
[[nodiscard]] std::pair<Context, CancelFunc> WithDeadlineCause(const Context& parent, absl::Time deadline,
                                                               const absl::Status& cause);

// WithDeadline, `timeout` from now.
[[nodiscard]] std::pair<Context, CancelFunc> WithTimeout(const Context& parent, absl::Duration timeout);
[[nodiscard]] std::pair<Context, CancelFunc> WithTimeoutCause(const Context& parent, absl::Duration timeout,
                                                              const absl::Status& cause);

// The same with durations and system times of <chrono>.
template <class Rep, class Period>
[[nodiscard]] std::pair<Context, CancelFunc> WithTimeout(const Context& parent,
                                                         std::chrono::duration<Rep, Period> timeout) {
  return WithTimeout(parent, internal::ToDuration(timeout));
}
template <class Rep, class Period>
[[nodiscard]] std::pair<Context, CancelFunc> WithTimeoutCause(const Context& parent,
                                                              std::chrono::duration<Rep, Period> timeout,
                                                              const absl::Status& cause) {
  return WithTimeoutCause(parent, internal::ToDuration(timeout), cause);
}
[[nodiscard]] std::pair<Context, CancelFunc> WithDeadline(const Context& parent,
                                                          std::chrono::system_clock::time_point deadline);
[[nodiscard]] std::pair<Context, CancelFunc> WithDeadlineCause(const Context& parent,
                                                               std::chrono::system_clock::time_point deadline,
                                                               const absl::Status& cause);

// `parent` with one more value. The value is copied or moved in once and never changes.
template <class T>
[[nodiscard]] Context WithValue(const Context& parent, const ContextKey<T>& key, std::type_identity_t<T> value);

// The same for a key of any copyable type with ==, and a value of any copyable type. Prefer ContextKey: two packages that use
// the key "user" or 1 meet by accident.
// Errors: PanicError("nil key") for a null pointer.
template <class K, class V>
  requires(!std::is_base_of_v<internal::ContextKeyName, K>)
[[nodiscard]] Context WithValue(const Context& parent, const K& key, V&& value);

// The values of `parent`, without its end: it is done never, has no deadline and no error.
[[nodiscard]] Context WithoutCancel(const Context& parent);

// Calls f() on a goroutine of its own once `ctx` is done, at once if it is. f may be move-only. Several may wait; their order
// is not specified. f waits as long as ctx can still end, also when no handle to ctx is left; it is destroyed when it has run,
// was stopped, or can run no more. A handle to ctx in f itself keeps ctx until then: end such a context, or stop f.
// Source: Go 1.27 context.AfterFunc.
StopFunc ContextAfterFunc(const Context& ctx, absl::AnyInvocable<void()> f);

// ---- inside ----------------------------------------------------------------------------------------------------------

namespace internal {

Context WithAnyValue(const Context& parent, std::any key, std::any value);

// Keys as they are kept. Everything that can be seen as a string is a std::string, because "k" and std::string("k") are one
// key to everybody but the compiler.
template <class K>
std::any MakeKey(const K& key) {
  if constexpr (std::is_null_pointer_v<K>) {
    throw PanicError("nil key");
  } else {
    if constexpr (std::is_pointer_v<K>) {
      if (key == nullptr) throw PanicError("nil key");
    }
    if constexpr (std::is_convertible_v<const K&, std::string_view>) {
      return std::string(std::string_view(key));
    } else {
      return key;
    }
  }
}

// Whether MakeKey(key) would be equal to `kept`.
template <class K>
bool IsKey(const std::any& kept, const K& key) {
  if constexpr (std::is_null_pointer_v<K>) {
    return false;
  } else if constexpr (std::is_convertible_v<const K&, std::string_view>) {
    if constexpr (std::is_pointer_v<K>) {
      if (key == nullptr) return false;
    }
    const auto* text = std::any_cast<std::string>(&kept);
    return text != nullptr && *text == std::string_view(key);
  } else {
    const K* value = std::any_cast<K>(&kept);
    return value != nullptr && *value == key;
  }
}

}  // namespace internal

template <class T>
const T* Context::Value(const ContextKey<T>& key) const {
  return std::any_cast<T>(Find([&](const std::any& kept) { return internal::IsKey(kept, key.id()); }));
}

template <class K>
std::any Context::Value(const K& key) const {
  const std::any* value = Find([&](const std::any& kept) { return internal::IsKey(kept, key); });
  return value != nullptr ? *value : std::any();
}

template <class T>
Context WithValue(const Context& parent, const ContextKey<T>& key, std::type_identity_t<T> value) {
  return internal::WithAnyValue(parent, key.id(), std::move(value));
}

template <class K, class V>
  requires(!std::is_base_of_v<internal::ContextKeyName, K>)
Context WithValue(const Context& parent, const K& key, V&& value) {
  static_assert(std::equality_comparable<K>, "gort::WithValue: a key is found by ==, which this type does not have");
  return internal::WithAnyValue(parent, internal::MakeKey(key), std::any(std::forward<V>(value)));
}

}  // namespace gort

#endif  // GORT_RUNTIME_CONTEXT_CONTEXT_H_
