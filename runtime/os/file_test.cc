// What File promises, on files of the test's own folder, fifos and pipes. Waiting is watched, never guessed.
#include "gort/runtime/os/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/os/fds_testing.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/now.h"
#include "gtest/gtest.h"

namespace gort::os {
namespace {

std::string TempPath(std::string_view name) {
  return absl::StrCat(testing::TempDir(), "/file_test.", getpid(), ".", name);
}

// A path where nothing is, before and afterwards.
class Temp {
 public:
  explicit Temp(std::string_view name) : path_(TempPath(name)) { unlink(path_.c_str()); }
  ~Temp() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

std::string Text(const absl::Status& status) { return std::string(status.message()); }

std::span<char> Room(std::string& text) { return std::span<char>(text); }

TEST(ReadFile, GivesBackWhatWriteFileWrote) {
  const Temp temp("whole");
  for (const std::size_t size : {0, 1, 511, 512, 513, 1'000'000}) {
    const std::string data(size, 'x');
    ASSERT_TRUE(WriteFile(temp.path(), data, 0600).ok());
    EXPECT_EQ(ReadFile(temp.path()).value(), data);
  }
  struct stat found = {};
  ASSERT_EQ(stat(temp.path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(ReadFile, ReadsWhatTellsNoSize) { EXPECT_GT(ReadFile("/proc/self/maps").value().size(), 512u); }

TEST(Errors, AreGos) {
  const Temp temp("errors");
  EXPECT_EQ(Text(ReadFile("/nowhere/x").status()), "open /nowhere/x: no such file or directory");
  EXPECT_TRUE(absl::IsNotFound(Open("/nowhere/x").status()));
  EXPECT_EQ(Text(ReadFile("/").status()), "read /: is a directory");
  const File file = Create(temp.path()).value();
  EXPECT_EQ(Text(file.Truncate(-1)), absl::StrCat("truncate ", temp.path(), ": invalid argument"));
  EXPECT_TRUE(file.Close().ok());
  std::string room(8, '\0');
  EXPECT_EQ(Text(file.Read(Room(room)).status()), absl::StrCat("read ", temp.path(), ": file already closed"));
  EXPECT_TRUE(absl::IsCancelled(file.Write("x").status()));
  EXPECT_EQ(Text(file.Close()), absl::StrCat("close ", temp.path(), ": file already closed"));
  EXPECT_EQ(file.Fd(), -1);
  EXPECT_TRUE(absl::IsInvalidArgument(File().Close()));
}

TEST(File, ReadsAndWritesWhereItStandsAndWhereOneSays) {
  const Temp temp("offsets");
  const File file = Create(temp.path()).value();
  EXPECT_EQ(file.Name(), temp.path());
  EXPECT_EQ(file.Write("hello world").value(), 11u);
  EXPECT_EQ(file.WriteAt("W", 6).value(), 1u);
  std::string room(5, '\0');
  EXPECT_EQ(file.ReadAt(Room(room), 6).value(), 5u);
  EXPECT_EQ(room, "World");
  EXPECT_EQ(file.ReadAt(Room(room), 9).value(), 2u);
  EXPECT_EQ(file.Read(Room(room)).value(), 0u);  // the end, where Write stopped
  EXPECT_EQ(file.Seek(-5, SEEK_END).value(), 6);
  EXPECT_EQ(file.Read(Room(room)).value(), 5u);
  EXPECT_EQ(room, "World");
  EXPECT_TRUE(file.Truncate(5).ok());
  EXPECT_TRUE(file.Sync().ok());
  const FileInfo info = file.Stat().value();
  EXPECT_EQ(info.size_bytes, 5);
  EXPECT_TRUE(info.IsRegular());
  EXPECT_FALSE(info.IsDir());
  EXPECT_LT(absl::AbsDuration(info.mod_time - Now()), absl::Hours(1));
  EXPECT_EQ(ReadFile(temp.path()).value(), "hello");
  EXPECT_EQ(Text(file.ReadAt(Room(room), -1).status()), absl::StrCat("readat ", temp.path(), ": negative offset"));
}

TEST(File, WriteAtWouldNotGoWhereItSaysIfTheFileAppends) {
  const Temp temp("append");
  const File file = OpenFile(temp.path(), O_WRONLY | O_CREAT | O_APPEND, 0600).value();
  EXPECT_EQ(Text(file.WriteAt("x", 0).status()), "os: invalid use of WriteAt on file opened with O_APPEND");
  EXPECT_TRUE(file.Write("a").ok());
  EXPECT_EQ(file.Seek(0, SEEK_SET).value(), 0);
  EXPECT_TRUE(file.Write("b").ok());
  EXPECT_EQ(ReadFile(temp.path()).value(), "ab");
}

TEST(File, IsClosedAtExecAndWithItsLastHandle) {
  const int before = CountFds();
  {
    File file = Open("/dev/null").value();
    const File copy = file;
    EXPECT_EQ(copy, file);
    file = File();
    EXPECT_GT(copy.Fd(), 2);
    EXPECT_TRUE(copy.Stat().ok());
    EXPECT_NE(fcntl(copy.Fd(), F_GETFD) & FD_CLOEXEC, 0);
    const auto [reader, writer] = Pipe().value();
    EXPECT_NE(fcntl(reader.Fd(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(fcntl(writer.Fd(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_TRUE(FdsReturnTo(before));
}

TEST(File, StandardOnesAreThree) {
  EXPECT_EQ(Stdin().Fd(), 0);
  EXPECT_EQ(Stdout().Fd(), 1);
  EXPECT_EQ(Stderr().Fd(), 2);
}

TEST(Pipe, CarriesBytesToTheEnd) {
  const auto [reader, writer] = Pipe().value();
  const std::string sent(1'000'000, 'x');  // more than it holds
  std::string received;
  WaitGroup group;
  group.Go([&, writer = writer] {
    EXPECT_EQ(writer.Write(sent).value(), sent.size());
    EXPECT_TRUE(writer.Close().ok());
  });
  std::string room(10'000, '\0');
  while (const std::size_t n = reader.Read(Room(room)).value()) received.append(room, 0, n);
  EXPECT_EQ(received, sent);
  group.Wait();
}

TEST(Pipe, WithoutReaderIsAnErrorAndNoSignal) {
  const auto [reader, writer] = Pipe().value();
  EXPECT_TRUE(reader.Close().ok());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Text(writer.Write("x").status()), "write |1: broken pipe");
  sigset_t pending;
  sigpending(&pending);
  EXPECT_FALSE(sigismember(&pending, SIGPIPE));
}

TEST(Pipe, HasNoOffsets) {
  const auto [reader, writer] = Pipe().value();
  std::string room(1, '\0');
  EXPECT_EQ(Text(reader.Seek(0, SEEK_SET).status()), "seek |0: illegal seek");
  EXPECT_EQ(Text(reader.ReadAt(Room(room), 0).status()), "read |0: illegal seek");
}

TEST(Close, EndsAReadThatWaits) {
  const auto [reader, writer] = Pipe().value();
  std::atomic<bool> started = false;
  WaitGroup group;
  group.Go([&, reader = reader] {
    std::string room(1, '\0');
    started = true;
    EXPECT_EQ(Text(reader.Read(Room(room)).status()), "read |0: file already closed");
  });
  while (!started) Gosched();
  EXPECT_TRUE(reader.Close().ok());
  group.Wait();
}

TEST(SetDeadline, EndsReadsOfWhatCanBePolled) {
  const auto [reader, writer] = Pipe().value();
  std::string room(1, '\0');
  ASSERT_TRUE(reader.SetReadDeadline(Now() + absl::Milliseconds(1)).ok());
  const absl::Status late = reader.Read(Room(room)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(late));
  EXPECT_EQ(Text(late), "read |0: i/o timeout");
  ASSERT_TRUE(reader.SetDeadline(absl::Time()).ok());
  EXPECT_TRUE(writer.Write("x").ok());
  EXPECT_EQ(reader.Read(Room(room)).value(), 1u);
  EXPECT_TRUE(reader.Close().ok());
  EXPECT_EQ(Text(reader.SetDeadline(absl::Time())), "use of closed file");
}

TEST(SetDeadline, IsNotForRegularFiles) {
  const File file = Open("/proc/self/exe").value();
  const absl::Status refused = file.SetDeadline(absl::InfiniteFuture());
  EXPECT_TRUE(absl::IsUnimplemented(refused));
  EXPECT_EQ(Text(refused), "file type does not support deadline");
}

// Goal: nobody waits for a fifo at others' expense, neither in open(2) nor in read(2). Method: the writer is a goroutine, which with one P
// runs only if the reader gives that away.
TEST(ReadFile, OfAFifoLetsOthersRun) {
  const Temp temp("fifo");
  ASSERT_EQ(mkfifo(temp.path().c_str(), 0600), 0);
  const int before = CountFds();
  for (int i = 0; i < 20; ++i) {
    absl::StatusOr<std::string> text;
    WaitGroup group;
    group.Go([&] { text = ReadFile(temp.path()); });
    group.Go([&] {
      const File writer = OpenFile(temp.path(), O_WRONLY, 0).value();
      for (int piece = 0; piece < 10; ++piece) {
        EXPECT_TRUE(writer.Write("piece ").ok());
        Gosched();
      }
    });
    group.Wait();
    EXPECT_EQ(text.value().size(), 60u);
  }
  EXPECT_TRUE(FdsReturnTo(before));
}

// Goal: no reader of many keeps a thread or loses its byte. Method: all wait before the first byte is written.
TEST(Stress, ManyPipesAtOnce) {
  constexpr int kPipes = 200;
  const int before = CountFds();
  {
    std::vector<std::pair<File, File>> pipes;
    for (int i = 0; i < kPipes; ++i) pipes.push_back(Pipe().value());
    std::atomic<int> read = 0;
    WaitGroup group;
    for (const auto& [reader, writer] : pipes) {
      group.Go([&read, reader = reader] {
        std::string room(1, '\0');
        while (reader.Read(Room(room)).value() == 1) ++read;
      });
    }
    for (const auto& [reader, writer] : pipes) {
      EXPECT_TRUE(writer.Write("xyz").ok());
      EXPECT_TRUE(writer.Close().ok());
    }
    group.Wait();
    EXPECT_EQ(read, 3 * kPipes);
  }
  EXPECT_TRUE(FdsReturnTo(before));
}

// Goal: a Close at any moment of others' calls gives them a whole answer, and never another file's bytes. Method: as fast as one can,
// with descriptors' numbers used anew at once.
TEST(Stress, CloseBesideReadsOfARegularFile) {
  const Temp temp("close");
  ASSERT_TRUE(WriteFile(temp.path(), std::string(64, 'a')).ok());
  for (int i = 0; i < 100; ++i) {
    const File file = Open(temp.path()).value();
    WaitGroup group;
    for (int reader = 0; reader < 3; ++reader) {
      group.Go([&file] {
        std::string room(64, '\0');
        for (;;) {
          const absl::StatusOr<std::size_t> n = file.ReadAt(Room(room), 0);
          if (!n.ok()) {
            EXPECT_TRUE(absl::IsCancelled(n.status())) << n.status();
            return;
          }
          EXPECT_EQ(room.substr(0, *n), std::string(64, 'a'));
          Gosched();
        }
      });
    }
    group.Go([&file] { EXPECT_TRUE(file.Close().ok()); });
    group.Go([] { EXPECT_EQ(ReadFile("/dev/null").value(), ""); });
    group.Wait();
  }
}

}  // namespace
}  // namespace gort::os
