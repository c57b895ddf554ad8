// Socket calls without errno: the compiler keeps errno's address across a park, after which it is another thread's.
#ifndef GORT_RUNTIME_NET_CALLS_H_
#define GORT_RUNTIME_NET_CALLS_H_

#include <cstdint>
#include <type_traits>

#include "gort/runtime/sys/syscall.h"

namespace gort::net::internal {

template <class T>
long Word(T value) {
  if constexpr (std::is_pointer_v<T>) {
    return static_cast<long>(reinterpret_cast<std::uintptr_t>(value));
  } else {
    return static_cast<long>(value);
  }
}

// The system call `number` (SYS_...). Returns its result or -errno.
// Runs on: any.  Blocks: M, if the call does.
template <class... Args>
long Call(long number, Args... args) {
  return runtime::sys::Syscall(number, Word(args)...);
}

}  // namespace gort::net::internal

#endif  // GORT_RUNTIME_NET_CALLS_H_
