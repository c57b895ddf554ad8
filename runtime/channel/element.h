// How the values of a Chan<T> move: T's chantype, and the place into which a receiver gets one. For channels and select.
#ifndef GORT_RUNTIME_CHANNEL_ELEMENT_H_
#define GORT_RUNTIME_CHANNEL_ELEMENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gort/runtime/chan/chantype.h"

namespace gort::internal {

// Whether values of T are copied as bytes, without a call.
template <class T>
inline constexpr bool kPlainBytes = std::is_trivially_copyable_v<T>;

// The chantype of T. A receiver's place is plain memory for kPlainBytes, otherwise a std::optional<T> without a value.
template <class T>
struct Element {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && !std::is_array_v<T>, "a channel carries values");
  static_assert(
      std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>,
      "Chan<T>: T's move constructor and destructor must be noexcept; a value on its way has nowhere to go back to");
  static_assert(sizeof(T) < 65536,
                "Chan<T>: values of 64 KiB and more are not allowed, as in Go; send a std::unique_ptr");

  static constexpr runtime::chantype Make() {
    runtime::chantype t = {};
    t.size = std::is_empty_v<T> && kPlainBytes<T> ? 0 : sizeof(T);
    t.align = alignof(T);
    if constexpr (!kPlainBytes<T>) {
      t.put = [](void* slot, void* value) {
        std::construct_at(static_cast<T*>(slot), std::move(*static_cast<T*>(value)));
      };
      t.deliver = [](void* place, void* value) {
        static_cast<std::optional<T>*>(place)->emplace(std::move(*static_cast<T*>(value)));
      };
      t.destroy = [](void* slot) { std::destroy_at(static_cast<T*>(slot)); };
    }
    return t;
  }

  static constexpr runtime::chantype kType = Make();
};

// Where a receive puts its value on the way to `out`, which keeps what it holds until Finish: a select may choose another
// case. An `out` without a value is the place itself, so that a value moves only once.
template <class T>
class Place {
 public:
  explicit Place(std::optional<T>& out) : out_(&out) {}

  // What chanrecv fills.
  void* get() { return out_->has_value() ? &spare_ : out_; }

  // `received`: the value has arrived. Otherwise the channel was closed, and out is left without a value.
  void Finish(bool received) {
    if (received && !spare_.has_value()) return;
    out_->reset();
    if (received) out_->emplace(std::move(*spare_));
    spare_.reset();  // a SelectCase may be used again
  }

 private:
  std::optional<T>* out_;
  std::optional<T> spare_;
};

template <class T>
requires kPlainBytes<T>
class Place<T> {
 public:
  explicit Place(std::optional<T>& out) : out_(&out) {}

  void* get() { return &bytes_; }

  void Finish(bool received) {
    out_->reset();
    if (received) out_->emplace(std::move(bytes_.value));
  }

 private:
  std::optional<T>* out_;
  // Not initialised: T may have no default constructor. Copying the bytes of a T into it begins the life of `value`.
  union Bytes {
    Bytes() {}
    T value;
  } bytes_;
};

}  // namespace gort::internal

#endif  // GORT_RUNTIME_CHANNEL_ELEMENT_H_
