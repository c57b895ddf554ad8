// Goroutines for users: Go, Gosched, Goexit and what one can ask about them.
#ifndef GORT_RUNTIME_GOROUTINE_GOROUTINE_H_
#define GORT_RUNTIME_GOROUTINE_GOROUTINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sys/fatal.h"

namespace gort {

struct GoOptions {
  // Shown in tracebacks. Must live as long as the goroutine: a string literal, mostly.
  const char* name = nullptr;
  // Bytes of stack, of which a goroutine uses as much memory as it touches; rounded up to a class. 0: 256 KiB.
  // At most 1 GiB. A stack does not grow: overflowing it ends the program with a report.
  std::size_t stack_size = 0;
};

// Where a go statement stands. std::source_location in all but name, which clang 14 cannot compile.
struct SourceLocation {
  const char* file;
  const char* function;
  std::uint32_t line;

  static constexpr SourceLocation Current(const char* file = __builtin_FILE(),
                                          const char* function = __builtin_FUNCTION(),
                                          std::uint32_t line = __builtin_LINE()) {
    return {file, function, line};
  }
};

namespace internal {

template <class F>
void RunClosure(void* room) {
  F* f = static_cast<F*>(room);
  struct Destroy {
    F* f;
    ~Destroy() { f->~F(); }  // also when the goroutine leaves by Goexit
  } destroy{f};
  (*f)();
}

// entersyscall, unless the caller is no goroutine or in Blocking already. Returns whether it was called.
bool EnterBlocking();
void ExitBlocking();

template <class F>
void GoInPlace(const runtime::GoSpec& spec, F&& f) {
  using Closure = std::decay_t<F>;
  void* room;
  runtime::g* gp = runtime::newproc1(&RunClosure<Closure>, sizeof(Closure), alignof(Closure), spec, &room);
  if constexpr (std::is_nothrow_constructible_v<Closure, F>) {
    new (room) Closure(std::forward<F>(f));
  } else {
    struct Abandon {
      runtime::g* gp;
      ~Abandon() {
        if (gp != nullptr) runtime::newprocabandon(gp);
      }
    } abandon{gp};
    new (room) Closure(std::forward<F>(f));
    abandon.gp = nullptr;
  }
  runtime::newprocready(gp);
}

}  // namespace internal

// Starts a goroutine that calls f(). It is detached: nobody waits for it, and it is dropped when main returns. `f` is any
// callable without arguments, move-only captures included; it is moved to the new goroutine's stack (to the heap when it
// is over 2 KiB), and destroyed there when it has returned or left by Goexit.
// An exception that leaves f ends the program with a report and status 2.
// Runs on: any thread, but not in a signal handler.  Blocks: never; a goroutine that has computed for longer than its time slice
// may wait here for its turn.
// Errors: a null function pointer or an empty std::function ends the program, as in Go. An exception of f's own move or copy
// constructor comes out of Go, and nothing is started. No memory for a stack ends the program with a sentence.
// Source: the go statement.
template <class F>
  requires std::is_invocable_v<std::decay_t<F>&>
void Go(const GoOptions& options, F&& f, SourceLocation where = SourceLocation::Current()) {
  if constexpr (std::is_pointer_v<std::decay_t<F>>) {
    if (f == nullptr) runtime::sys::Fatal("go of nil func value");
  } else if constexpr (requires { f.operator bool(); }) {
    if (!f) runtime::sys::Fatal("go of nil func value");  // an empty std::function
  }
  const runtime::GoSpec spec = {options.stack_size, options.name, where.file, where.function, where.line};
  using Closure = std::decay_t<F>;
  if constexpr (sizeof(Closure) <= runtime::kMaxClosureBytes && alignof(Closure) <= 64) {
    internal::GoInPlace(spec, std::forward<F>(f));
  } else {
    internal::GoInPlace(spec, [box = std::make_unique<Closure>(std::forward<F>(f))] { (*box)(); });
  }
}

template <class F>
  requires std::is_invocable_v<std::decay_t<F>&>
void Go(F&& f, SourceLocation where = SourceLocation::Current()) {
  Go(GoOptions{}, std::forward<F>(f), where);
}

// Lets other goroutines run: the caller goes to the end of the global queue. On a plain thread: sched_yield.
// Runs on: any thread.
// Source: Go 1.27 runtime.Gosched.
void Gosched();

// Ends the calling goroutine after unwinding it: destructors run, and catch (...) blocks see an exception without a type,
// which they must rethrow. In goroutine 1, main does not return and the others go on.
// Runs on: G; elsewhere it ends the program with a sentence.
// Source: Go 1.27 runtime.Goexit.
[[noreturn]] void Goexit();

// The number of the calling goroutine: 1 is main, 0 is a plain thread. Never reused.
// Runs on: any thread, like all that follow.  Blocks: never.
std::uint64_t Goid();

// How many goroutines exist. Source: Go 1.27 runtime.NumGoroutine.
int NumGoroutine();

// How many CPUs this process may run on, as found at its start. Source: Go 1.27 runtime.NumCPU.
int NumCPU();

// Sets how many goroutines run at the same time, 1 to 1024 (more is taken for 1024), and returns the previous number; n <= 0
// only asks. The default is GORT_MAXPROCS, or what affinity and the control group's CPU quota allow.
// Goroutines that compute are not interrupted; those that no longer have a place wait for one at their next call into gort.
// With GORT_SCHED_SEED it stays 1.
// Source: Go 1.27 runtime.GOMAXPROCS.
int GoMaxProcs(int n);

// Locks the calling goroutine to its thread: no other runs on it, and it runs on no other, until UnlockOSThread has been called
// as often. For state that belongs to a thread: errno over several calls, thread_local, a GL context, namespaces. A goroutine
// that ends while locked takes the thread with it. On a plain thread both do nothing, as UnlockOSThread does when not locked.
// Blocks: never; but each later switch of a locked goroutine costs two futex calls.
// Source: Go 1.27 runtime.LockOSThread, runtime.UnlockOSThread.
void LockOSThread();
void UnlockOSThread();

// LockOSThread for a scope.
class ThreadLock {
 public:
  ThreadLock() { LockOSThread(); }
  ~ThreadLock() { UnlockOSThread(); }
  ThreadLock(const ThreadLock&) = delete;
  ThreadLock& operator=(const ThreadLock&) = delete;
};

// Calls f, which blocks the thread (a system call, a lock of another library, thread.join()), and returns what it returns.
// Meanwhile other goroutines run: if f takes longer than some 20 us, another thread takes over. Without Blocking they
// would wait for up to 10 ms. f may call anything, gort included. An exception of f comes out.
// Runs on: any thread; on a plain thread it is just the call.  Blocks: what f blocks.
// Source: what Go does around each system call, runtime.entersyscall.
template <class F>
  requires std::is_invocable_v<F>
auto Blocking(F&& f) -> std::invoke_result_t<F> {
  struct Call {
    bool entered = internal::EnterBlocking();
    ~Call() {
      if (entered) internal::ExitBlocking();
    }
  } call;
  return std::forward<F>(f)();
}

// Whether the caller runs on a goroutine, as opposed to a plain thread.
bool OnGoroutine();

struct StackBounds {
  std::uintptr_t lo;  // lowest usable address
  std::uintptr_t hi;  // first address above
};
// The stack that the caller runs on; on a plain thread the thread's own, or {0, 0} when libc does not know it.
StackBounds CurrentStack();

}  // namespace gort

#endif  // GORT_RUNTIME_GOROUTINE_GOROUTINE_H_
