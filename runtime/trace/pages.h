// Arrays straight from the kernel: what writes a trace must work when malloc does not.
#ifndef GORT_RUNTIME_TRACE_PAGES_H_
#define GORT_RUNTIME_TRACE_PAGES_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::trace::internal {

// n zeroed T, of which only touched pages cost memory. Null when the kernel gave none.
// Runs on: any, also in a signal handler.
template <class T>
class Pages {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  Pages() = default;
  explicit Pages(std::size_t n) : bytes_(n * sizeof(T)) {
    namespace sys = gort::runtime::sys;
    const long at = bytes_ == 0 ? -1
                                : sys::Mmap(nullptr, bytes_, sys::kPROT_READ | sys::kPROT_WRITE,
                                            sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS | sys::kMAP_NORESERVE, -1, 0);
    if (at < 0 && at > -4096) return;
    data_ = reinterpret_cast<T*>(at);
  }
  Pages(Pages&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
  Pages& operator=(Pages other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Pages() {
    if (data_ != nullptr) gort::runtime::sys::Munmap(data_, bytes_);
  }

  explicit operator bool() const { return data_ != nullptr; }
  T* get() const { return data_; }
  T& operator[](std::size_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_PAGES_H_
