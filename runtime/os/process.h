// A child process that runs, and what is under way for it.
//
// Its number is ours until somebody reaps it, and another process's soon after. So:
//
//   running --- it ends ---> zombie --- waitid, under mu_ ---> done
//              (Wait sees it in the poller)
//
// and signals are sent under mu_, as long as it is not done.
#ifndef GORT_RUNTIME_OS_PROCESS_H_
#define GORT_RUNTIME_OS_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/netpoll/descriptor.h"
#include "gort/runtime/os/exec.h"
#include "gort/runtime/sync/mutex.h"

namespace gort::os::internal {

class Process : public std::enable_shared_from_this<Process> {
 public:
  // Takes over `pid`, a child of ours that nobody has waited for.
  // Runs on: any thread, like all that follow.  Blocks: never.
  explicit Process(pid_t pid);

  // From here on it is killed when ctx ends.
  void KillWith(const Context& ctx);

  // Runs `copy`, which returns an absl::Status, on a goroutine; Wait waits for it. kMaxCopies at most, before Wait.
  template <class F>
  void AddCopy(F copy) {
    ++copies_;
    Go([copy = std::move(copy), results = copy_results_] { results.Send(copy()); });
  }
  static constexpr int kMaxCopies = 3;

  // As Cmd::Wait. Once.  Blocks: G.
  absl::Status Wait(const Context& ctx, ProcessState& state);

  // As Cmd::Signal.
  absl::Status Signal(int sig);

  pid_t pid() const { return pid_; }

 private:
  void AwaitEnd();
  absl::Status Reap(ProcessState& state);

  const pid_t pid_;
  netpoll::Descriptor pidfd_;  // not open where there is none
  StopFunc stop_;
  const Chan<absl::Status> copy_results_ = MakeChan<absl::Status>(kMaxCopies);
  int copies_ = 0;

  Mutex mu_;
  bool done_ = false;               // guard: mu_
  bool killed_by_context_ = false;  // guard: mu_
};

}  // namespace gort::os::internal

#endif  // GORT_RUNTIME_OS_PROCESS_H_
