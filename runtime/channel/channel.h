// Chan<T>: Go's channels, with C++ values.
//
//   gort::Chan<std::string> lines = gort::MakeChan<std::string>(16);
//   gort::Go([lines] { while (...) lines.Send(Next()); lines.Close(); });
//   for (std::string& line : lines) Use(line);
//
// A Chan is a handle: copies are the same channel, the last one frees it, and a default-constructed one is Go's nil channel.
// Capture it by value: a goroutine that waits on a channel needs its handle until it goes on. Every thread may use a
// channel, not only goroutines.
//
// A value moves from the sender to the receiver: once if one of them was waiting, twice through the buffer, and never in
// between. T needs a move constructor and a destructor that do not throw, nothing else. They must not use the channel
// themselves: on the way into and out of a buffer they run under its lock.
//
// Misuse throws PanicError with Go's text. Source: Go 1.27's language specification, "Channel types" and what follows.
#ifndef GORT_RUNTIME_CHANNEL_CHANNEL_H_
#define GORT_RUNTIME_CHANNEL_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gort/gstruct/hchan.h"
#include "gort/runtime/chan/chan.h"
#include "gort/runtime/channel/element.h"

namespace gort {

// The value of channels that carry none: Chan<Unit> for Go's chan struct{}.
struct Unit {
  friend bool operator==(Unit, Unit) { return true; }
};

// How a TryRecv ended.
enum class RecvStatus : std::uint8_t {
  kOk,      // there is a value
  kEmpty,   // nothing to receive now
  kClosed,  // closed and drained: never again
};

template <class T>
struct RecvResult {
  using enum RecvStatus;
  RecvStatus status;
  std::optional<T> value;  // holds one if and only if status is kOk
};

template <class T>
class Chan;
template <class T>
class SendChan;
template <class T>
class RecvChan;

namespace internal {

// Throw the PanicError that `status` means for this operation.
[[noreturn]] void PanicSend(runtime::ChanStatus status);
[[noreturn]] void PanicRecv(runtime::ChanStatus status);
[[noreturn]] void PanicClose(runtime::ChanStatus status);
[[noreturn]] void PanicMakechan();

// Receives into `out`, which has no value before, and afterwards only if the result is kOk.
template <class T>
runtime::ChanStatus RecvInto(runtime::hchan* c, std::optional<T>& out, bool block) {
  runtime::ChanStatus status;
  if constexpr (kPlainBytes<T>) {
    Place<T> place(out);
    status = runtime::chanrecv(c, place.get(), block);
    place.Finish(status == runtime::ChanStatus::kOk);
  } else {
    status = runtime::chanrecv(c, &out, block);  // `out` is the place itself
  }
  if (status == runtime::ChanStatus::kOutsideBubble) [[unlikely]] {
    PanicRecv(status);
  }
  return status;
}

// What all handles share: counting, identity, and what one may ask about a channel.
class ChanHandle {
 public:
  // For a nil channel both are 0. Len counts values in the buffer alone; it may have changed before you look at it.
  // Runs on: any thread.  Blocks: never.
  std::int64_t Len() const { return runtime::chanlen(c_); }
  std::int64_t Cap() const { return runtime::chancap(c_); }

  // False for a nil channel.
  explicit operator bool() const { return c_ != nullptr; }

  // For packages that build on channels, such as select.
  runtime::hchan* hchan() const { return c_; }

 protected:
  ChanHandle() = default;
  // Takes over a handle.
  explicit ChanHandle(runtime::hchan* c) : c_(c) {}
  ChanHandle(const ChanHandle& other) noexcept : c_(other.c_) { runtime::chanref(c_); }
  ChanHandle(ChanHandle&& other) noexcept : c_(std::exchange(other.c_, nullptr)) {}
  ChanHandle& operator=(const ChanHandle& other) noexcept {
    runtime::chanref(other.c_);  // first, for an assignment to itself
    runtime::chanunref(std::exchange(c_, other.c_));
    return *this;
  }
  ChanHandle& operator=(ChanHandle&& other) noexcept {
    runtime::chanunref(std::exchange(c_, std::exchange(other.c_, nullptr)));
    return *this;
  }
  ~ChanHandle() { runtime::chanunref(c_); }

 private:
  runtime::hchan* c_ = nullptr;
};

// What a handle can do that may send. Const, as all operations: it is the handle that does not change.
template <class Handle, class T>
class SendOps {
 public:
  // Waits until a receiver has taken v or the buffer has room for it. On a nil channel: for ever.
  // Runs on: any thread.  Blocks: G.
  // Errors: PanicError("send on closed channel"), also when it is closed while we wait.
  void Send(T v) const {
    const runtime::ChanStatus status = runtime::chansend(c(), std::addressof(v), true);
    if (status != runtime::ChanStatus::kOk) [[unlikely]] {
      PanicSend(status);
    }
  }

  // Send if that is possible at once, and say whether; v is untouched when not.
  // Runs on: any thread.  Blocks: never.  Errors: as Send.
  bool TrySend(T&& v) const {
    const runtime::ChanStatus status = runtime::chansend(c(), std::addressof(v), false);
    if (status == runtime::ChanStatus::kNotReady) return false;
    if (status != runtime::ChanStatus::kOk) [[unlikely]] {
      PanicSend(status);
    }
    return true;
  }
  bool TrySend(const T& v) const requires std::is_copy_constructible_v<T> { return TrySend(T(v)); }

  // No value comes after those that were sent. Receivers get the ones in the buffer and then none, at once and for ever.
  // Runs on: any thread.  Blocks: never.
  // Errors: PanicError("close of closed channel"), PanicError("close of nil channel").
  void Close() const {
    const runtime::ChanStatus status = runtime::closechan(c());
    if (status != runtime::ChanStatus::kOk) [[unlikely]] {
      PanicClose(status);
    }
  }

 private:
  runtime::hchan* c() const { return static_cast<const Handle*>(this)->hchan(); }
};

// Receives until the channel is closed and drained; behind `for (T& v : ch)`. The range must outlive it.
template <class T>
class ChanIterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;

  explicit ChanIterator(runtime::hchan* c) : c_(c) { ++*this; }

  T& operator*() const { return *value_; }
  T* operator->() const { return std::addressof(*value_); }
  ChanIterator& operator++() {
    value_.reset();
    RecvInto(c_, value_, true);
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const ChanIterator& it, std::default_sentinel_t) { return !it.value_.has_value(); }

 private:
  runtime::hchan* c_;
  mutable std::optional<T> value_;
};

// What a handle can do that may receive.
template <class Handle, class T>
class RecvOps {
 public:
  // Waits for a value; none once the channel is closed and drained. On a nil channel: for ever.
  // Runs on: any thread.  Blocks: G.
  std::optional<T> Recv() const {
    std::optional<T> out;
    RecvInto(c(), out, true);
    return out;
  }

  // Recv if that is possible at once.
  // Runs on: any thread.  Blocks: never.
  RecvResult<T> TryRecv() const {
    RecvResult<T> result = {RecvStatus::kEmpty, std::nullopt};
    const runtime::ChanStatus status = RecvInto(c(), result.value, false);
    if (status == runtime::ChanStatus::kOk) result.status = RecvStatus::kOk;
    if (status == runtime::ChanStatus::kClosed) result.status = RecvStatus::kClosed;
    return result;
  }

  // for (T& v : ch) { ... }
  ChanIterator<T> begin() const { return ChanIterator<T>(c()); }
  std::default_sentinel_t end() const { return {}; }

 private:
  runtime::hchan* c() const { return static_cast<const Handle*>(this)->hchan(); }
};

}  // namespace internal

// A channel that one may only send to.
template <class T>
class SendChan : public internal::ChanHandle, public internal::SendOps<SendChan<T>, T> {
 public:
  using value_type = T;
  SendChan() = default;
  SendChan(const Chan<T>& ch) : ChanHandle(ch) {}        // NOLINT: implicit, as in Go
  SendChan(Chan<T>&& ch) : ChanHandle(std::move(ch)) {}  // NOLINT
  friend bool operator==(const SendChan& a, const SendChan& b) { return a.hchan() == b.hchan(); }
};

// A channel that one may only receive from.
template <class T>
class RecvChan : public internal::ChanHandle, public internal::RecvOps<RecvChan<T>, T> {
 public:
  using value_type = T;
  RecvChan() = default;
  RecvChan(const Chan<T>& ch) : ChanHandle(ch) {}        // NOLINT: implicit, as in Go
  RecvChan(Chan<T>&& ch) : ChanHandle(std::move(ch)) {}  // NOLINT
  friend bool operator==(const RecvChan& a, const RecvChan& b) { return a.hchan() == b.hchan(); }
};

// A channel. Two handles are equal if they are the same channel.
template <class T>
class Chan : public internal::ChanHandle, public internal::SendOps<Chan<T>, T>, public internal::RecvOps<Chan<T>, T> {
 public:
  using value_type = T;
  // The nil channel.
  Chan() = default;
  // Takes over a handle; for packages that make the hchan themselves, of type Element<T>::kType.
  explicit Chan(runtime::hchan* c) : ChanHandle(c) {}
  friend bool operator==(const Chan& a, const Chan& b) { return a.hchan() == b.hchan(); }
};

// Makes a channel with room for `cap` values; with none, a send completes when a receiver takes the value.
// Runs on: any thread.  Blocks: never.
// Errors: PanicError("makechan: size out of range") when cap is negative or there is no memory for so much.
template <class T>
Chan<T> MakeChan(std::int64_t cap = 0) {
  runtime::hchan* c = runtime::makechan(&internal::Element<T>::kType, cap);
  if (c == nullptr) [[unlikely]] {
    internal::PanicMakechan();
  }
  return Chan<T>(c);
}

}  // namespace gort

#endif  // GORT_RUNTIME_CHANNEL_CHANNEL_H_
