// Stops every other thread of the process where it stands, registers and all, and lets them go on.
//
//     who stops                                      each other thread
//     SIGURG to it, with the address of its record   ... anything ...
//     waits for state = kStopped          <-------   handler: writes where its registers lie, state = kStopped
//     reads memory at will                           sleeps
//     round + 1                           ------->   returns
//
// Go interrupts its threads with the same signal, for the same reasons: it is ignored by default, debuggers let it pass, and libraries
// do not use it. A program that has a handler for it keeps it: signals that are not ours go there. One that installs its handler after the
// first stop must pass on what it does not know, and otherwise the next stop fails and says so. Rejected: to install ours again, in front of
// it, since the two would call each other for ever if it does pass on. As with every signal, some
// system calls of the interrupted threads return EINTR (epoll_wait, nanosleep), although the handler asks to restart them.
//
// sysmon cannot be stopped, as it blocks every signal; with the world stopped (runtime/sched/world.h) it does nothing but look.
//
// Source: Go 1.27 runtime.signalM, runtime.sigPreempt, for the signal. Rejected: ptrace from a child process, as LeakSanitizer does,
// for that is forbidden in many containers and under every debugger.
#ifndef GORT_RUNTIME_DEBUG_THREADSTOP_H_
#define GORT_RUNTIME_DEBUG_THREADSTOP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gort::runtime {

struct m;

// One thread that was asked to stop.
struct StoppedThread {
  enum State : std::uint32_t { kAsked, kStopped, kEnded };

  std::atomic<std::uint32_t> state;  // a State. Writers: its handler (kStopped), who stops (the rest)
  std::atomic<std::uint32_t> round;  // which stop this is. Writer: who stops, when the rest is filled in
  int tid;
  // The two ends of what its stack, or signal stack, holds for it: its registers lie between the handler's frame and the
  // interrupted sp, or the end of the signal stack. Writer: the handler, before kStopped.
  std::uintptr_t frame;
  std::uintptr_t sp;  // interrupted
};

// The threads that are stopped now; one such object exists at a time.
class ThreadStop {
 public:
  ThreadStop() = default;
  ThreadStop(const ThreadStop&) = delete;
  ThreadStop& operator=(const ThreadStop&) = delete;
  // Lets them go on.
  ~ThreadStop();

  // Stops them. False: some could not be stopped within two seconds, and go on; `error` is a sentence that says why.
  // Runs on: g0 | a plain thread, with the world stopped.  Blocks: M.  Allocates: nothing; the others may hold malloc's lock.
  bool Stop();
  const char* error() const { return error_; }

  // The record of thread `tid`, or null: not stopped. O(threads).
  const StoppedThread* Find(std::uint64_t tid) const;

 private:
  bool AskNewThreads();
  bool WaitForAll(std::int64_t deadline_ns);
  bool Fail(int tid, const char* why);

  std::size_t count_ = 0;
  std::size_t skipped_ = 0;  // threads that need not be stopped: sysmon, and those that have ended but are still listed
  char error_[160] = {};
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_THREADSTOP_H_
