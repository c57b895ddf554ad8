// What Cmd promises. Children wait for their standard input or for a signal, never for time.
#include "gort/runtime/os/exec.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/os/fds_testing.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gtest/gtest.h"

namespace gort::os {
namespace {

std::string Text(const absl::Status& status) { return std::string(status.message()); }

Cmd Shell(const std::string& script) { return Command("/bin/sh", {"-c", script}); }

TEST(Output, IsWhatTheCommandPrints) {
  EXPECT_EQ(Command("echo", {"hello", "world"}).Output().value(), "hello world\n");
  EXPECT_EQ(Shell("echo out; echo err >&2").CombinedOutput().value(), "out\nerr\n");
  Cmd taken = Shell("true");
  taken.stdout_file = Open("/dev/null").value();
  EXPECT_EQ(Text(taken.Output().status()), "exec: Stdout already set");
}

TEST(Output, MayBeMoreThanAPipeHolds) {
  Cmd cat = Command("cat");
  cat.stdin_text = std::string(1'000'000, 'x');
  EXPECT_EQ(cat.Output().value(), cat.stdin_text);
}

TEST(Run, KeepsOutputAndErrorsApart) {
  Cmd cmd = Shell("echo out; echo err >&2; exit 3");
  std::string out;
  std::string err;
  cmd.stdout_text = &out;
  cmd.stderr_text = &err;
  EXPECT_EQ(Text(cmd.Run()), "exit status 3");
  EXPECT_EQ(cmd.state.exit_code, 3);
  EXPECT_EQ(out, "out\n");
  EXPECT_EQ(err, "err\n");
}

TEST(Run, TellsHowItEnded) {
  Cmd good = Shell("exit 0");
  EXPECT_TRUE(good.Run().ok());
  EXPECT_TRUE(good.state.Success());
  EXPECT_EQ(good.state.String(), "exit status 0");
  EXPECT_EQ(Text(Shell("exit 1").Run()), "exit status 1");
  Cmd killed = Shell("kill -KILL $$");
  EXPECT_EQ(Text(killed.Run()), "signal: killed");
  EXPECT_EQ(killed.state.signal, SIGKILL);
  EXPECT_EQ(killed.state.exit_code, -1);
  EXPECT_EQ(Text(Shell("kill -TERM $$").Run()), "signal: terminated");
  const ProcessState core = {.signal = SIGABRT, .core_dumped = true};
  EXPECT_EQ(core.String(), "signal: aborted (core dumped)");
}

TEST(Start, SaysWhatIsMissing) {
  const int before = CountFds();
  const absl::Status missing = Command("no-such-program-here").Run();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_EQ(Text(missing), "exec: \"no-such-program-here\": executable file not found in $PATH");
  EXPECT_EQ(Text(Command("/nowhere/x").Run()), "fork/exec /nowhere/x: no such file or directory");
  EXPECT_EQ(Text(Command("/dev/null").Run()), "fork/exec /dev/null: permission denied");
  Cmd elsewhere = Shell("pwd");
  elsewhere.dir = "/nowhere";
  EXPECT_EQ(Text(elsewhere.Run()), "chdir /nowhere: no such file or directory");
  EXPECT_EQ(Text(elsewhere.Wait()), "exec: not started");
  EXPECT_EQ(Text(elsewhere.Kill()), "exec: not started");
  EXPECT_EQ(elsewhere.Pid(), 0);
  EXPECT_TRUE(FdsReturnTo(before));
}

TEST(Start, IsForOnce) {
  Cmd cmd = Shell("true");
  ASSERT_TRUE(cmd.Start().ok());
  EXPECT_EQ(Text(cmd.Start()), "exec: already started");
  EXPECT_TRUE(cmd.Wait().ok());
  EXPECT_EQ(Text(cmd.Wait()), "exec: Wait was already called");
}

TEST(LookPath, FindsWhatOneMayExecute) {
  EXPECT_TRUE(absl::EndsWith(LookPath("sh").value(), "/sh"));
  EXPECT_EQ(LookPath("/bin/sh").value(), "/bin/sh");
  EXPECT_TRUE(absl::IsNotFound(LookPath("").status()));
  EXPECT_TRUE(absl::IsPermissionDenied(LookPath("/dev/null").status()));
}

TEST(Child, HasTheFolderAndTheEnvironmentThatItIsGiven) {
  Cmd cmd = Shell("pwd; echo $ONE");
  cmd.dir = "/";
  cmd.env = {"ONE=1"};
  EXPECT_EQ(cmd.Output().value(), "/\n1\n");
}

TEST(Child, ReadsNothingUnlessItIsGivenSomething) { EXPECT_EQ(Command("cat").Output().value(), ""); }

TEST(Child, HasNoneOfOurDescriptorsThatExecCloses) {
  const auto [reader, writer] = Pipe().value();
  for (const File& file : {reader, writer})
    EXPECT_TRUE(Shell(absl::StrCat("[ ! -e /proc/self/fd/", file.Fd(), " ]")).Run().ok());
}

TEST(Child, HasNoSignalBlockedAndDiesOfSigpipe) {
  const ThreadLock lock;  // the mask is the thread's
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  sigset_t all;
  sigset_t old;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  const absl::StatusOr<std::string> masks = Command("grep", {"SigBlk\\|SigIgn", "/proc/self/status"}).Output();
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  ::signal(SIGPIPE, before);
  ASSERT_TRUE(masks.ok()) << masks.status();
  EXPECT_TRUE(absl::StartsWith(*masks, "SigBlk:\t0000000000000000\n")) << *masks;
  const unsigned long long ignored = std::stoull(masks->substr(masks->rfind('\t') + 1), nullptr, 16);
  EXPECT_EQ(ignored & (1ull << (SIGPIPE - 1)), 0u) << *masks;
}

TEST(Child, ThatDoesNotReadItsInputIsNoError) {
  Cmd cmd = Shell("exec <&-; exit 0");
  cmd.stdin_text = std::string(1'000'000, 'x');
  EXPECT_TRUE(cmd.Run().ok());
}

TEST(Files, AreTheChilds) {
  const auto [reader, writer] = Pipe().value();
  Cmd cmd = Shell("cat; echo err >&2");
  cmd.stdin_file = Open("/proc/self/comm").value();
  cmd.stdout_file = writer;
  cmd.stderr_file = writer;
  ASSERT_TRUE(cmd.Start().ok());
  EXPECT_TRUE(writer.Close().ok());
  std::string printed;
  std::string room(100, '\0');
  while (const std::size_t n = reader.Read(std::span<char>(room)).value()) printed.append(room, 0, n);
  EXPECT_TRUE(cmd.Wait().ok());
  EXPECT_TRUE(absl::EndsWith(printed, "\nerr\n")) << printed;
}

TEST(Files, GivenToAChildAreBlockingAndStillWork) {
  const auto [reader, writer] = Pipe().value();
  Cmd cmd = Command("cat");
  cmd.stdin_file = reader;
  std::string out;
  cmd.stdout_text = &out;
  ASSERT_TRUE(cmd.Start().ok());
  EXPECT_EQ(fcntl(reader.Fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_TRUE(absl::IsUnimplemented(reader.SetDeadline(absl::InfiniteFuture())));
  EXPECT_TRUE(reader.Close().ok());
  EXPECT_TRUE(writer.Write("to the child").ok());
  EXPECT_TRUE(writer.Close().ok());
  EXPECT_TRUE(cmd.Wait().ok());
  EXPECT_EQ(out, "to the child");
}

TEST(Files, MayBeSwapped) {
  const auto [out_reader, out_writer] = Pipe().value();
  // The standard files of this process are below 3: dup2 in order would lose one.
  Cmd cmd = Shell("echo text >&2");
  cmd.stdout_file = Stderr();
  cmd.stderr_file = out_writer;
  ASSERT_TRUE(cmd.Start().ok());
  EXPECT_TRUE(out_writer.Close().ok());
  EXPECT_TRUE(cmd.Wait().ok());
  std::string room(100, '\0');
  EXPECT_EQ(out_reader.Read(std::span<char>(room)).value(), 5u);
}

// Goal: with one P, who waits for a child lets others run. Method: the child ends when another goroutine closes its input.
TEST(Wait, LetsOthersRun) {
  const int before = CountFds();
  for (int i = 0; i < 20; ++i) {
    auto [reader, writer] = Pipe().value();
    Cmd cmd = Command("cat");
    cmd.stdin_file = reader;
    ASSERT_TRUE(cmd.Start().ok());
    EXPECT_TRUE(reader.Close().ok());
    WaitGroup group;
    std::atomic<bool> waits = false;
    group.Go([&] {
      waits = true;
      EXPECT_TRUE(cmd.Wait().ok());
    });
    while (!waits) Gosched();
    EXPECT_TRUE(writer.Close().ok());
    group.Wait();
  }
  EXPECT_TRUE(FdsReturnTo(before));
}

TEST(Wait, LeavesNoZombie) {
  Cmd cmd = Shell("true");
  ASSERT_TRUE(cmd.Start().ok());
  const pid_t pid = cmd.Pid();
  EXPECT_GT(pid, 0);
  EXPECT_TRUE(cmd.Wait().ok());
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(Text(cmd.Signal(SIGTERM)), "os: process already finished");
}

TEST(Kill, EndsAChildThatWaits) {
  const auto [reader, writer] = Pipe().value();
  Cmd cmd = Command("cat");
  cmd.stdin_file = reader;
  ASSERT_TRUE(cmd.Start().ok());
  EXPECT_TRUE(cmd.Kill().ok());
  EXPECT_EQ(Text(cmd.Wait()), "signal: killed");
}

TEST(CommandContext, KillsTheChildWhenItEnds) {
  const auto [reader, writer] = Pipe().value();
  const auto [ctx, cancel] = WithCancel(Background());
  Cmd cmd = CommandContext(ctx, "cat");
  cmd.stdin_file = reader;
  ASSERT_TRUE(cmd.Start().ok());
  cancel();
  EXPECT_EQ(Text(cmd.Wait()), "signal: killed");
  Cmd late = CommandContext(ctx, "cat");
  EXPECT_EQ(Text(late.Run()), "context canceled");
}

TEST(CommandContext, ThatEndsLaterChangesNothing) {
  const auto [ctx, cancel] = WithCancel(Background());
  Cmd cmd = CommandContext(ctx, "true");
  EXPECT_TRUE(cmd.Run().ok());
  cancel();
  EXPECT_TRUE(cmd.state.Success());
}

// Goal: many at once are started, talked to, cancelled and reaped, whichever comes first. Method: children that read a line, of which every
// other one is cancelled at the moment when its line comes.
TEST(Stress, ChildrenCancelledWhileTheyEnd) {
  constexpr int kRounds = 5;
  constexpr int kChildren = 8;
  const int before = CountFds();
  for (int round = 0; round < kRounds; ++round) {
    WaitGroup group;
    for (int i = 0; i < kChildren; ++i) {
      group.Go([i] {
        const auto [ctx, cancel] = WithCancel(Background());
        Cmd cmd = CommandContext(ctx, "cat");
        cmd.stdin_text = "line\n";
        std::string out;
        cmd.stdout_text = &out;
        ASSERT_TRUE(cmd.Start().ok());
        if (i % 2 != 0) Go([cancel = cancel] { cancel(); });
        const absl::Status ended = cmd.Wait();
        if (ended.ok()) {
          EXPECT_EQ(out, "line\n");
        } else {
          EXPECT_TRUE(i % 2 != 0 && (ended.message() == "signal: killed" || absl::IsCancelled(ended))) << ended;
        }
      });
    }
    group.Wait();
  }
  EXPECT_TRUE(FdsReturnTo(before));
}

}  // namespace
}  // namespace gort::os
