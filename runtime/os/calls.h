// System calls without errno: the compiler keeps errno's address across a park, after which it is another thread's.
#ifndef GORT_RUNTIME_OS_CALLS_H_
#define GORT_RUNTIME_OS_CALLS_H_

#include <cerrno>
#include <cstdint>
#include <type_traits>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::os::internal {

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

// f(), which makes system calls that may block the thread, until it returns something other than -EINTR; others run meanwhile.
template <class F>
long Uninterrupted(F&& f) {
  return Blocking([&] {
    long result;
    do {
      result = f();
    } while (result == -EINTR);
    return result;
  });
}

}  // namespace gort::os::internal

#endif  // GORT_RUNTIME_OS_CALLS_H_
