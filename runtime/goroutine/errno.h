// errno for code that parks.
//
//     if (read(fd, buffer, n) < 0 && gort::Errno() == EINTR) ...
//
// errno belongs to a thread, and a goroutine that parks may go on on another one. A compiler knows nothing of that: libc declares the
// function behind `errno` as one whose result never changes, so its address is computed once for a whole function, kept across
// the park, and then read from a thread where somebody else's call has just failed. These two ask anew each time.
// What they do not do: keep a value across a park. Read it right after the call that set it. docs/thread_locals.md
#ifndef GORT_RUNTIME_GOROUTINE_ERRNO_H_
#define GORT_RUNTIME_GOROUTINE_ERRNO_H_

namespace gort {

// The errno of the thread that the caller is on.
// Runs on: any thread.  Blocks: never.
int Errno();

// Sets it.
// Runs on: any thread.  Blocks: never.
void SetErrno(int value);

}  // namespace gort

#endif  // GORT_RUNTIME_GOROUTINE_ERRNO_H_
