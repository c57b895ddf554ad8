#include "gort/runtime/os/exec.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gort/runtime/goroutine/errno.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/os/calls.h"
#include "gort/runtime/os/openfile.h"
#include "gort/runtime/os/oserror.h"
#include "gort/runtime/os/process.h"
#include "gort/runtime/signal/signal.h"

extern char** environ;

namespace gort::os {

namespace {

using internal::PathError;
using internal::Process;

constexpr std::size_t kCopyBytes = 32 * 1024;

// What `path` is: st_mode or -errno.
long ModeOf(const std::string& path) {
  struct stat found = {};
  return internal::Uninterrupted(
      [&] { return stat(path.c_str(), &found) == 0 ? static_cast<long>(found.st_mode) : -Errno(); });
}

// Whether `path` is a file that one may execute: 0 or -errno.
long Executable(const std::string& path) {
  const long mode = ModeOf(path);
  if (mode < 0) return mode;
  if (S_ISDIR(mode)) return -EISDIR;
  return internal::Uninterrupted([&] { return access(path.c_str(), X_OK) == 0 ? 0L : -Errno(); });
}

// An array of C strings that ends with null, as execve wants it.
std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The child's descriptors 0, 1 and 2, as copies above 2, so that no dup2 in the child overwrites what the next one copies.
class ChildFds {
 public:
  ChildFds() = default;
  ChildFds(const ChildFds&) = delete;
  ChildFds& operator=(const ChildFds&) = delete;
  ~ChildFds() {
    for (const int fd : fds_) {
      if (fd >= 0) internal::Call(SYS_close, fd);
    }
  }

  absl::Status Set(int number, const File& file) {
    const long copy = file.impl()->DupForChild();
    if (copy < 0) return PathError("fcntl", file.Name(), copy);
    fds_[number] = static_cast<int>(copy);
    return absl::OkStatus();
  }
  absl::Status SetNull(int number) {
    const absl::StatusOr<File> null = OpenFile("/dev/null", O_RDWR, 0);
    return null.ok() ? Set(number, *null) : null.status();
  }
  const std::array<int, 3>& fds() const { return fds_; }

 private:
  std::array<int, 3> fds_ = {-1, -1, -1};
};

// posix_spawn's two attributes, for a scope.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~Spawn() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  // Starts it. Returns its pid or -errno.  Blocks: G, and keeps a thread.
  long Start(const Cmd& cmd, const std::array<int, 3>& fds) {
    for (int number = 0; number < 3; ++number) posix_spawn_file_actions_adddup2(&actions_, fds[number], number);
    if (!cmd.dir.empty()) posix_spawn_file_actions_addchdir_np(&actions_, cmd.dir.c_str());
    sigset_t none;
    sigset_t pipe;
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &pipe);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const std::vector<char*> args = Pointers(cmd.args);
    const std::vector<char*> env = cmd.env.has_value() ? Pointers(*cmd.env) : std::vector<char*>();
    pid_t pid = -1;
    const int failed = Blocking([&] {
      return posix_spawn(&pid, cmd.path.c_str(), &actions_, &attributes_, args.data(),
                         cmd.env.has_value() ? env.data() : environ);
    });
    return failed != 0 ? -failed : pid;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// What a child's end of a pipe leaves to do for us, once it runs.
struct Copies {
  File stdin_pipe;
  File stdout_pipe;
  File stderr_pipe;
};

// The ends of a new pipe: the child's goes to `number` of `fds` (and, if that is not -1, to `also`), ours is returned.
absl::StatusOr<File> PipeTo(ChildFds& fds, int number, int also = -1) {
  const absl::StatusOr<std::pair<File, File>> pipe = Pipe();
  if (!pipe.ok()) return pipe.status();
  const auto& [reader, writer] = *pipe;
  const File& theirs = number == 0 ? reader : writer;
  absl::Status set = fds.Set(number, theirs);
  if (set.ok() && also >= 0) set = fds.Set(also, theirs);
  if (!set.ok()) return set;
  return number == 0 ? writer : reader;
}

// Gives `number` the file, or nothing.
absl::Status FileTo(ChildFds& fds, int number, const File& file) {
  return file ? fds.Set(number, file) : fds.SetNull(number);
}

// Opens what the child gets.
absl::StatusOr<Copies> Connect(const Cmd& cmd, ChildFds& fds) {
  Copies copies;
  const auto connect = [&](int number, bool by_pipe, const File& file, File& ours, int also = -1) {
    if (!by_pipe) return FileTo(fds, number, file);
    absl::StatusOr<File> end = PipeTo(fds, number, also);
    if (end.ok()) ours = *std::move(end);
    return end.status();
  };
  const bool combined = cmd.stdout_text != nullptr && cmd.stdout_text == cmd.stderr_text;
  absl::Status done = connect(0, !cmd.stdin_text.empty(), cmd.stdin_file, copies.stdin_pipe);
  if (done.ok()) done = connect(1, cmd.stdout_text != nullptr, cmd.stdout_file, copies.stdout_pipe, combined ? 2 : -1);
  if (done.ok() && !combined) done = connect(2, cmd.stderr_text != nullptr, cmd.stderr_file, copies.stderr_pipe);
  if (!done.ok()) return done;
  return copies;
}

// Reads until the end, and closes it: when Wait returns, no descriptor is left.
absl::Status Collect(const File& from, std::string* text) {
  std::string room(kCopyBytes, '\0');
  absl::StatusOr<std::size_t> n;
  while ((n = from.Read(std::span<char>(room))).ok() && *n != 0) text->append(room, 0, *n);
  from.Close().IgnoreError();
  return n.status();
}

// Starts the goroutines that carry text to and from the child.
void StartCopies(Process& process, const Cmd& cmd, Copies copies) {
  if (copies.stdin_pipe) {
    process.AddCopy([pipe = std::move(copies.stdin_pipe), text = cmd.stdin_text] {
      const absl::StatusOr<std::size_t> written = pipe.Write(text);
      pipe.Close().IgnoreError();
      // EPIPE: the child has enough and has closed its end, which is its own affair, as in Go.
      return absl::IsFailedPrecondition(written.status()) ? absl::OkStatus() : written.status();
    });
  }
  const auto collect = [&process](File& pipe, std::string* text) {
    if (pipe) process.AddCopy([pipe = std::move(pipe), text] { return Collect(pipe, text); });
  };
  collect(copies.stdout_pipe, cmd.stdout_text);
  collect(copies.stderr_pipe, cmd.stderr_text);
}

absl::Status NotFound(const std::string& name) {
  return absl::NotFoundError(absl::StrCat("exec: \"", name, "\": executable file not found in $PATH"));
}

}  // namespace

std::string ProcessState::String() const {
  if (signal == 0) return absl::StrCat("exit status ", exit_code);
  return absl::StrCat("signal: ", signal::Text(signal), core_dumped ? " (core dumped)" : "");
}

absl::Status Cmd::Start() {
  if (process_ != nullptr) return absl::FailedPreconditionError("exec: already started");
  if (!err.ok()) return err;
  if (absl::Status ended = context.Err(); !ended.ok()) return ended;
  // As Go: posix_spawn would say of a missing folder what it says of a missing program.
  if (const long mode = dir.empty() ? 0 : ModeOf(dir); mode < 0) return PathError("chdir", dir, mode);
  ChildFds fds;
  absl::StatusOr<Copies> copies = Connect(*this, fds);
  if (!copies.ok()) return copies.status();
  const long pid = Spawn().Start(*this, fds.fds());
  if (pid < 0) return PathError("fork/exec", path, pid);
  process_ = std::make_shared<Process>(static_cast<pid_t>(pid));
  process_->KillWith(context);
  StartCopies(*process_, *this, *std::move(copies));
  return absl::OkStatus();
}

absl::Status Cmd::Wait() {
  if (process_ == nullptr) return absl::FailedPreconditionError("exec: not started");
  if (std::exchange(waited_, true)) return absl::FailedPreconditionError("exec: Wait was already called");
  return process_->Wait(context, state);
}

absl::Status Cmd::Run() {
  const absl::Status started = Start();
  return started.ok() ? Wait() : started;
}

absl::StatusOr<std::string> Cmd::Output() {
  if (stdout_text != nullptr || stdout_file) return absl::InvalidArgumentError("exec: Stdout already set");
  std::string text;
  stdout_text = &text;
  const absl::Status result = Run();
  stdout_text = nullptr;
  if (!result.ok()) return result;
  return text;
}

absl::StatusOr<std::string> Cmd::CombinedOutput() {
  if (stdout_text != nullptr || stdout_file) return absl::InvalidArgumentError("exec: Stdout already set");
  if (stderr_text != nullptr || stderr_file) return absl::InvalidArgumentError("exec: Stderr already set");
  std::string text;
  stdout_text = stderr_text = &text;
  const absl::Status result = Run();
  stdout_text = stderr_text = nullptr;
  if (!result.ok()) return result;
  return text;
}

absl::Status Cmd::Signal(int sig) const {
  return process_ != nullptr ? process_->Signal(sig) : absl::FailedPreconditionError("exec: not started");
}

absl::Status Cmd::Kill() const { return Signal(SIGKILL); }

pid_t Cmd::Pid() const { return process_ != nullptr ? process_->pid() : 0; }

Cmd Command(const std::string& name, const std::vector<std::string>& args) {
  return CommandContext(Background(), name, args);
}

Cmd CommandContext(const Context& ctx, const std::string& name, const std::vector<std::string>& args) {
  Cmd cmd;
  cmd.path = name;
  cmd.args.push_back(name);
  cmd.args.insert(cmd.args.end(), args.begin(), args.end());
  cmd.context = ctx;
  if (absl::StrContains(name, '/')) return cmd;
  absl::StatusOr<std::string> found = LookPath(name);
  cmd.err = found.status();
  if (found.ok()) cmd.path = *std::move(found);
  return cmd;
}

absl::StatusOr<std::string> LookPath(const std::string& name) {
  if (absl::StrContains(name, '/')) {
    const long failed = Executable(name);
    if (failed < 0) return PathError("exec:", absl::StrCat("\"", name, "\""), failed);
    return name;
  }
  const char* folders = std::getenv("PATH");
  if (name.empty() || folders == nullptr) return NotFound(name);
  for (const std::string_view folder : absl::StrSplit(folders, ':')) {
    const std::string path = absl::StrCat(folder.empty() ? "." : folder, "/", name);
    if (Executable(path) != 0) continue;
    if (path.front() == '/') return path;
    return absl::FailedPreconditionError(
        absl::StrCat("exec: \"", name, "\": cannot run executable found relative to current directory"));
  }
  return NotFound(name);
}

}  // namespace gort::os
