// Other programs: start them, wait for them without a thread, have what they print.
//
//     absl::StatusOr<std::string> text = gort::os::Command("git", {"rev-parse", "HEAD"}).Output();
//
//     gort::os::Cmd sort = gort::os::CommandContext(ctx, "sort", {"-n"});   // killed when ctx ends
//     sort.stdin_text = "3\n1\n2\n";
//     sort.stdout_file = *gort::os::Create("sorted");
//     if (absl::Status failed = sort.Run(); !failed.ok()) ...               // "exit status 2", "signal: killed"
//
// A child gets descriptors 0, 1 and 2, and none of this program's others that is closed at exec, as all of gort's are. No signal is
// blocked in it, and SIGPIPE has its default action; signals that this program ignores it ignores too, as under nohup.
//
// Wait parks in the poller with a pidfd; where the kernel has none to give, it keeps a thread.
//
// Source: Go 1.27 os/exec.Cmd.
#ifndef GORT_RUNTIME_OS_EXEC_H_
#define GORT_RUNTIME_OS_EXEC_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/os/file.h"

namespace gort::os {

namespace internal {
class Process;
}  // namespace internal

// How a process ended. Source: Go 1.27 os.ProcessState.
struct ProcessState {
  int exit_code = -1;  // -1: by a signal, or not yet
  int signal = 0;      // 0: by exit
  bool core_dumped = false;

  bool Success() const { return exit_code == 0; }
  // "exit status 1", "signal: killed", "signal: aborted (core dumped)".
  std::string String() const;
};

// A command, prepared by its fields, started once. Used by one goroutine at a time, except for Kill and Signal.
// Who starts it waits for it: a child nobody waits for stays a zombie.
struct Cmd {
  std::string path;                             // of the program
  std::vector<std::string> args;                // the name under which it was called, and its arguments
  std::optional<std::vector<std::string>> env;  // "NAME=value"; without: this program's
  std::string dir;                              // where it runs; empty: here. A relative `path` counts from there

  // Its descriptors; those without a file are /dev/null. A pollable file becomes blocking for everybody who has it, as the child
  // expects, and has no more deadlines here.
  File stdin_file;
  File stdout_file;
  File stderr_file;
  // In place of the files. What it reads; how much it did read nobody asks. What it prints is appended, complete when Wait returns
  // (who else has inherited the descriptor and keeps it, delays Wait); nobody uses the string before. Both may be the same.
  std::string stdin_text;
  std::string* stdout_text = nullptr;
  std::string* stderr_text = nullptr;

  // Ends it by SIGKILL; before Start: it is not started.
  Context context;
  // What is wrong with it already; Start returns that.
  absl::Status err;

  // Starts it.
  // Runs on: any thread.  Blocks: G, and keeps a thread, until the child has become the other program.
  // Errors: "fork/exec /x: permission denied", "chdir /x: no such file or directory", what is wrong with a file, context.Err();
  // FailedPrecondition "exec: already started".
  absl::Status Start();

  // Waits until it has ended, and for all of its output. Once.
  // Runs on: any thread.  Blocks: G.
  // Errors: Unknown with state.String() unless it has exited with 0; else context.Err() if that killed it; else what went wrong with
  // its output. FailedPrecondition "exec: not started", "exec: Wait was already called".
  absl::Status Wait();

  // Start and Wait.
  absl::Status Run();
  // Run; returns what it prints to its standard output (and error). Who wants that of a command that fails sets stdout_text and calls Run.
  // Errors: as Run. InvalidArgument "exec: Stdout already set", "exec: Stderr already set".
  absl::StatusOr<std::string> Output();
  absl::StatusOr<std::string> CombinedOutput();

  // Sends a signal, from any thread, at any time after Start, also while another waits.
  // Errors: FailedPrecondition "os: process already finished", "exec: not started".
  absl::Status Signal(int sig) const;
  absl::Status Kill() const;

  // 0 before Start.
  pid_t Pid() const;
  // How it has ended, after Wait.
  ProcessState state;

 private:
  std::shared_ptr<internal::Process> process_;  // from Start on
  bool waited_ = false;
};

// A command that runs `name` with `args`, of which the first is not the name. A name without a slash is looked up in PATH, at once.
// Errors, from Start: NotFound "exec: "x": executable file not found in $PATH".
Cmd Command(const std::string& name, const std::vector<std::string>& args = {});
Cmd CommandContext(const Context& ctx, const std::string& name, const std::vector<std::string>& args = {});

// The path of an executable file: `name` itself if it has a slash, or of a folder of PATH.
// Errors: NotFound as above; PermissionDenied; FailedPrecondition "exec: "x": cannot run executable found relative to current directory".
absl::StatusOr<std::string> LookPath(const std::string& name);

}  // namespace gort::os

#endif  // GORT_RUNTIME_OS_EXEC_H_
