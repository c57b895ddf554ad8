#include "gort/runtime/os/process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <mutex>

#include "gort/runtime/os/calls.h"
#include "gort/runtime/os/oserror.h"
#include "gort/runtime/sys/linux.h"

namespace gort::os::internal {

Process::Process(pid_t pid) : pid_(pid) {
  const long fd = runtime::sys::PidfdOpen(pid);
  if (fd >= 0 && pidfd_.Open(static_cast<int>(fd)) != 0) Call(SYS_close, fd);
}

void Process::KillWith(const Context& ctx) {
  stop_ = ContextAfterFunc(ctx, [self = shared_from_this()] {
    const std::lock_guard hold(self->mu_);
    self->killed_by_context_ = !self->done_ && Call(SYS_kill, self->pid_, SIGKILL) == 0;
  });
}

absl::Status Process::Wait(const Context& ctx, ProcessState& state) {
  AwaitEnd();
  absl::Status result = Reap(state);
  stop_();
  pidfd_.Close();
  if (result.ok() && !state.Success()) result = absl::UnknownError(state.String());
  for (; copies_ > 0; --copies_) {
    const absl::Status copied = *copy_results_.Recv();
    if (result.ok()) result = copied;
  }
  const std::lock_guard hold(mu_);
  return result.ok() && killed_by_context_ ? ctx.Err() : result;
}

void Process::AwaitEnd() {
  if (pidfd_.WaitRead() == 0) return;
  siginfo_t info = {};
  Uninterrupted([&] { return Call(SYS_waitid, P_PID, pid_, &info, WEXITED | WNOWAIT, 0); });
}

// It has ended, so that nothing blocks.
absl::Status Process::Reap(ProcessState& state) {
  const std::lock_guard hold(mu_);
  siginfo_t info = {};
  const long failed = Uninterrupted([&] { return Call(SYS_waitid, P_PID, pid_, &info, WEXITED, 0); });
  done_ = true;
  if (failed < 0) return PathError("wait", "", failed);  // the program ignores SIGCHLD, or somebody else has waited
  state = {};
  if (info.si_code == CLD_EXITED) {
    state.exit_code = info.si_status;
  } else {
    state.signal = info.si_status;
    state.core_dumped = info.si_code == CLD_DUMPED;
  }
  return absl::OkStatus();
}

absl::Status Process::Signal(int sig) {
  const std::lock_guard hold(mu_);
  if (done_) return absl::FailedPreconditionError("os: process already finished");
  const long failed = Call(SYS_kill, pid_, sig);
  return failed < 0 ? PathError("kill", "", failed) : absl::OkStatus();
}

}  // namespace gort::os::internal
