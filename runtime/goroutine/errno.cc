#include "gort/runtime/goroutine/errno.h"

#include <cerrno>

namespace gort {

// Out of line, and each with an empty volatile statement: link-time optimisation must neither inline them nor find that their
// results could be remembered.
[[gnu::noinline]] int Errno() {
  asm volatile("" ::: "memory");
  return errno;
}

[[gnu::noinline]] void SetErrno(int value) {
  errno = value;
  asm volatile("" ::: "memory");
}

}  // namespace gort
