// Threads without libc, for freestanding programs. Beside a libc nobody may use them: its functions want a thread that
// pthread_create made.
#ifndef GORT_RUNTIME_SYS_THREAD_H_
#define GORT_RUNTIME_SYS_THREAD_H_

#include <atomic>
#include <cstdint>

namespace gort::runtime::sys {

// Starts a thread that calls fn(arg) on the stack below `stack_hi` and ends when that returns (the process goes on).
// Returns its kernel thread id, or -errno (-EAGAIN: a limit on threads).
// `tls` becomes the thread pointer; what must lie there says the ABI of the architecture (amd64: at fs:0 its own
// address). The new thread inherits the signal mask: who must not be interrupted before the thread has its g blocks the
// signals around the call, as Go does. It has no signal stack yet.
// Runs on: any.  Needs P: no.  Blocks: never.  Source: Go 1.27 runtime.newosproc, runtime.clone.
long NewThread(void* stack_hi, void* tls, void (*fn)(void*), void* arg);

// Ends the calling thread, not the process. `stack_wait`, if not null, is set to 0 when the thread no longer uses its
// stack, which may then be freed at once. Nobody is woken: as in Go, whoever makes the next thread looks.
// Runs on: g0 of a thread that NewThread made.  Source: Go 1.27 runtime.exitThread.
[[noreturn]] void ExitThread(std::atomic<uint32_t>* stack_wait);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_THREAD_H_
