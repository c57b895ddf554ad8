// Select: waits for the first of several channel operations.
//
//   std::optional<Job> job;
//   switch (gort::Select(gort::Recv(jobs, job), gort::Send(beats, now), gort::Timeout(absl::Seconds(5)), gort::Done(ctx))) {
//     case 0: ...  // job.has_value() is false if jobs is closed
//     case 1: ...
//     ...
//   }
//
// It returns the index of the case that ran. Of several that are ready each is as likely. Channels and values are evaluated
// once, when the cases are made; a nil channel is never ready; a channel may occur many times. Nothing is allocated.
//
// Source: Go 1.27's language specification, "Select statements".
#ifndef GORT_RUNTIME_SELECT_SELECT_H_
#define GORT_RUNTIME_SELECT_SELECT_H_

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "gort/gstruct/sudog.h"
#include "gort/runtime/chan/chan.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/select/cases.h"
#include "gort/runtime/select/selectgo.h"

namespace gort {

// Receives from `ch`, a Chan or RecvChan. `out` gets the value, or none if the channel is closed; it is left alone when
// another case runs.
template <class Channel, class T = typename Channel::value_type>
requires std::convertible_to<const Channel&, RecvChan<T>> internal::RecvCase<T> Recv(
    const Channel& ch, std::type_identity_t<std::optional<T>>& out) {
  return internal::RecvCase<T>(ch.hchan(), out);
}

// The same, dropping the value.
template <class Channel, class T = typename Channel::value_type>
requires std::convertible_to<const Channel&, RecvChan<T>> internal::DropCase<T> Recv(const Channel& ch) {
  return internal::DropCase<T>(ch);
}

// Sends `value` to `ch`, a Chan or SendChan. Of an lvalue a copy is made here; an rvalue is moved from only if this case runs.
// Errors: Select throws PanicError("send on closed channel") if this case is chosen and ch is closed.
template <class Channel, class T = typename Channel::value_type, class V>
requires std::convertible_to<const Channel&, SendChan<T>> && std::convertible_to<V&&, T>
auto Send(const Channel& ch, V&& value) {
  // Bytes are copied either way; a pointer to them would only be one more thing to keep alive.
  if constexpr (std::is_same_v<V, T> && !internal::kPlainBytes<T>) {
    return internal::SendRefCase<T>(ch.hchan(), value);
  } else {
    return internal::SendCase<T>(ch.hchan(), std::forward<V>(value));
  }
}

// Is ready once `timeout` has passed since Select began to wait; at once, if it is not above zero.
inline internal::TimeoutCase Timeout(absl::Duration timeout) {
  return internal::TimeoutCase(absl::ToInt64Nanoseconds(timeout));
}
template <class Rep, class Period>
internal::TimeoutCase Timeout(std::chrono::duration<Rep, Period> timeout) {
  return Timeout(absl::FromChrono(timeout));
}

// Is ready once ctx is done.
template <class Context>
requires requires(const Context& ctx) {
  { ctx.Done() } -> std::convertible_to<RecvChan<Unit>>;
}
internal::DropCase<Unit> Done(const Context& ctx) { return internal::DropCase<Unit>(ctx.Done()); }

// Runs if no other case is ready; Select does not wait then.
inline internal::DefaultCase Default() { return {}; }

namespace internal {

// Where Default() stands among the cases, or -1; -2 when it occurs twice.
template <class... Cases>
consteval int DefaultIndex() {
  int found = -1;
  int i = 0;
  ((std::is_same_v<std::remove_cvref_t<Cases>, DefaultCase> ? found = (found == -1 ? i : -2) : 0, ++i), ...);
  return found;
}

[[noreturn]] void PanicSelect();

}  // namespace internal

// Runs one of the cases and returns its index. Without cases it waits for ever.
// Runs on: any thread.  Blocks: G, unless there is a Default().
// Errors: PanicError("send on closed channel") if such a send is chosen.
template <class... Cases>
requires(internal::SelectableCase<std::remove_reference_t<Cases>>&&...) int Select(Cases&&... cases) {
  constexpr int kCount = sizeof...(Cases);
  constexpr int kDefault = internal::DefaultIndex<Cases...>();
  static_assert(kDefault != -2, "Select: more than one Default()");
  if constexpr (kCount == 0) {
    runtime::parkforever(runtime::WaitReason::kSelectNoCases);
  } else {
    const runtime::scase prepared[] = {cases.Prepare()...};
    std::uint16_t order[2 * kCount];
    runtime::sudog sudogs[kCount];
    const runtime::SelectResult chosen = runtime::selectgo(prepared, order, sudogs, kCount, kDefault < 0);
    if (chosen.index < 0) return kDefault;
    if (chosen.status == runtime::ChanStatus::kOutsideBubble) internal::PanicSelect();
    int i = 0;
    ((i++ == chosen.index ? cases.Finish(chosen.status) : void()), ...);
    return chosen.index;
  }
}

// A case for the dynamic form: made from what Recv, Send, Timeout, Done and Default return. It keeps the channel alive, but
// not the variable of a Recv. It may be used for any number of Selects. A send keeps its value here: the rvalue that it was made
// from is moved into the case, and from there to the channel when the case runs. Copies are the same case.
class SelectCase {
 public:
  template <class Case>
  requires internal::SelectableCase<Case> SelectCase(Case c) {  // NOLINT: implicit
    if constexpr (requires { c.Own(); }) {
      body_ = std::make_shared<Holder<decltype(c.Own())>>(c.Own());
    } else {
      body_ = std::make_shared<Holder<Case>>(std::move(c));
    }
  }

 private:
  friend int Select(std::span<SelectCase> cases);

  struct Body {
    virtual ~Body() = default;
    virtual runtime::scase Prepare() = 0;
    virtual void Finish(runtime::ChanStatus status) = 0;
    virtual bool IsDefault() const = 0;
  };
  template <class Case>
  struct Holder final : Body {
    explicit Holder(Case c) : held(std::move(c)) { runtime::chanref(held.hchan()); }
    ~Holder() override { runtime::chanunref(held.hchan()); }
    runtime::scase Prepare() override { return held.Prepare(); }
    void Finish(runtime::ChanStatus status) override { held.Finish(status); }
    bool IsDefault() const override { return std::is_same_v<Case, internal::DefaultCase>; }
    Case held;
  };

  std::shared_ptr<Body> body_;
};

// The dynamic form: as many cases as there are at run time. Above 16 it allocates.
// Runs on: any thread.  Blocks: G, unless there is a Default().
// Errors: as above; PanicError for more than 65536 cases or more than one Default().
// Source: Go 1.27 reflect.Select.
int Select(std::span<SelectCase> cases);

}  // namespace gort

#endif  // GORT_RUNTIME_SELECT_SELECT_H_
