// The cases of a Select: what gort::Recv, Send, Timeout, Done and Default return. Users do not name these types.
//
// A case lives in the caller's frame for one Select, and refers to the channel and the variables it was made from. Two
// functions make a case:  Prepare() says what selectgo is to do;  Finish(status) is called if that was done.
#ifndef GORT_RUNTIME_SELECT_CASES_H_
#define GORT_RUNTIME_SELECT_CASES_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include "gort/runtime/chan/chan.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/channel/element.h"
#include "gort/runtime/select/selectgo.h"

namespace gort::internal {

template <class C>
concept SelectableCase = requires(C& c, runtime::ChanStatus status) {
  { c.Prepare() } -> std::same_as<runtime::scase>;
  { c.Finish(status) } -> std::same_as<void>;
};

inline runtime::scase RecvCaseOf(runtime::hchan* c, void* place) {
  return {.c = c, .elem = place, .timeout_ns = 0, .dir = runtime::SelectDir::kRecv};
}
inline runtime::scase SendCaseOf(runtime::hchan* c, void* value) {
  return {.c = c, .elem = value, .timeout_ns = 0, .dir = runtime::SelectDir::kSend};
}

// Receives into a variable, which keeps its value unless this case is chosen.
template <class T>
class RecvCase {
 public:
  RecvCase(runtime::hchan* c, std::optional<T>& out) : c_(c), place_(out) {}
  runtime::scase Prepare() { return RecvCaseOf(c_, place_.get()); }
  void Finish(runtime::ChanStatus status) { place_.Finish(status == runtime::ChanStatus::kOk); }
  runtime::hchan* hchan() const { return c_; }

 private:
  runtime::hchan* c_;
  Place<T> place_;
};

// Receives and drops the value. It keeps a handle: Done(ctx) has no other.
template <class T>
class DropCase {
 public:
  explicit DropCase(RecvChan<T> ch) : ch_(std::move(ch)) {}
  runtime::scase Prepare() {
    place_.emplace(value_);
    return RecvCaseOf(ch_.hchan(), place_->get());
  }
  void Finish(runtime::ChanStatus) { value_.reset(); }
  runtime::hchan* hchan() const { return ch_.hchan(); }

 private:
  RecvChan<T> ch_;
  std::optional<T> value_;
  std::optional<Place<T>> place_;
};

// Sends a value of its own.
template <class T>
class SendCase {
 public:
  SendCase(runtime::hchan* c, T value) : c_(c), value_(std::move(value)) {}
  runtime::scase Prepare() { return SendCaseOf(c_, std::addressof(value_)); }
  void Finish(runtime::ChanStatus status) {
    if (status != runtime::ChanStatus::kOk) PanicSend(status);
  }
  runtime::hchan* hchan() const { return c_; }

 private:
  runtime::hchan* c_;
  T value_;
};

// Sends the variable or temporary that it was made from, and moves from it only then.
template <class T>
class SendRefCase {
 public:
  SendRefCase(runtime::hchan* c, T& value) : c_(c), value_(std::addressof(value)) {}
  runtime::scase Prepare() { return SendCaseOf(c_, value_); }
  void Finish(runtime::ChanStatus status) {
    if (status != runtime::ChanStatus::kOk) PanicSend(status);
  }
  // The same with a value of its own, for who keeps the case longer than the expression that made it.
  SendCase<T> Own() const { return SendCase<T>(c_, std::move(*value_)); }

 private:
  runtime::hchan* c_;
  T* value_;
};

class TimeoutCase {
 public:
  explicit TimeoutCase(std::int64_t timeout_ns) : timeout_ns_(timeout_ns) {}
  runtime::scase Prepare() const {
    return {.c = nullptr, .elem = nullptr, .timeout_ns = timeout_ns_, .dir = runtime::SelectDir::kTimeout};
  }
  void Finish(runtime::ChanStatus) {}
  runtime::hchan* hchan() const { return nullptr; }

 private:
  std::int64_t timeout_ns_;
};

class DefaultCase {
 public:
  runtime::scase Prepare() const {
    return {.c = nullptr, .elem = nullptr, .timeout_ns = 0, .dir = runtime::SelectDir::kNever};
  }
  void Finish(runtime::ChanStatus) {}
  runtime::hchan* hchan() const { return nullptr; }
};

}  // namespace gort::internal

#endif  // GORT_RUNTIME_SELECT_CASES_H_
