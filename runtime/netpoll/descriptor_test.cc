// What netpoll::Descriptor promises, on pipes, sockets, eventfds and pidfds. Waiting is watched, never guessed.
#include "gort/runtime/netpoll/descriptor.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gort/gort.h"
#include "gort/runtime/netpoll/epoll.h"
#include "gort/runtime/netpoll/polldesc.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sema/parked_for_test.h"
#include "gtest/gtest.h"

namespace gort::netpoll {
namespace {

using runtime::WaitReason;
using runtime::Watched;

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    EXPECT_EQ(a.Open(fds[0]), 0);
    EXPECT_EQ(b.Open(fds[1]), 0);
  }
  Descriptor a;
  Descriptor b;
};

struct Pipe {
  Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    EXPECT_EQ(reader.Open(fds[0]), 0);
    EXPECT_EQ(writer.Open(fds[1]), 0);
  }
  Descriptor reader;
  Descriptor writer;
};

// Runs f() on a goroutine or a thread of its own, and waits until it waits for the network.
class Waiter {
 public:
  template <class F>
  explicit Waiter(F f, bool on_thread = false, WaitReason reason = WaitReason::kIOWait) {
    auto body = [this, f = std::move(f)] {
      me_.ThisIsMe();
      result_ = f();
      done_.Done();
    };
    done_.Add(1);
    if (on_thread) {
      thread_ = std::thread(body);
    } else {
      Go(body);
    }
    me_.AwaitParked(reason);
  }
  ~Waiter() {
    if (thread_.joinable()) thread_.join();
  }
  long Result() {
    done_.Wait();
    return result_;
  }

 private:
  Watched me_;
  WaitGroup done_;
  long result_ = 0;
  std::thread thread_;
};

TEST(Descriptor, ReadWaitsForBytes) {
  Pair s;
  char buf[8];
  Waiter reader([&] { return s.a.Read(buf, sizeof(buf)); });
  EXPECT_EQ(s.b.Write("hello", 5), 5);
  EXPECT_EQ(reader.Result(), 5);
  EXPECT_EQ(std::string(buf, 5), "hello");
}

TEST(Descriptor, PlainThreadWaitsWhileEveryMSleeps) {
  Pair s;
  char buf[8];
  Waiter reader([&] { return s.a.Read(buf, sizeof(buf)); }, true);
  EXPECT_EQ(s.b.Write("x", 1), 1);
  // This goroutine waits too, so that nobody but the poller is left to wake the thread.
  EXPECT_EQ(reader.Result(), 1);
}

TEST(Descriptor, WriteReturnsWhenAllIsWritten) {
  Pipe p;
  const std::string big(1 << 20, 'x');
  Waiter writer([&] { return p.writer.Write(big.data(), big.size()); });
  std::vector<char> buf(4096);
  std::size_t got = 0;
  while (got < big.size()) {
    const long n = p.reader.Read(buf.data(), buf.size());
    ASSERT_GT(n, 0);
    got += static_cast<std::size_t>(n);
  }
  EXPECT_EQ(writer.Result(), static_cast<long>(big.size()));
}

TEST(Descriptor, EndOfFileReadsAsZero) {
  Pipe p;
  char buf[1];
  Waiter reader([&] { return p.reader.Read(buf, 1); });
  EXPECT_EQ(p.writer.Close(), 0);
  EXPECT_EQ(reader.Result(), 0);
}

TEST(Descriptor, ReadOfNothingReturnsAtOnce) {
  Pair s;
  EXPECT_EQ(s.a.Read(nullptr, 0), 0);
}

TEST(Descriptor, WaitReadSeesWhatIsStillThere) {
  Descriptor counter;
  ASSERT_EQ(counter.Open(eventfd(3, EFD_CLOEXEC)), 0);
  EXPECT_EQ(counter.WaitRead(), 0);
  EXPECT_EQ(counter.WaitRead(), 0);  // nobody has read it
  EXPECT_EQ(counter.WaitWrite(), 0);
  std::uint64_t value = 0;
  EXPECT_EQ(counter.Read(&value, sizeof(value)), 8);
  EXPECT_EQ(value, 3u);
  Waiter waiter([&] { return counter.WaitRead(); });
  value = 1;
  EXPECT_EQ(counter.Write(&value, sizeof(value)), 8);
  EXPECT_EQ(waiter.Result(), 0);
}

TEST(Descriptor, PidfdTellsOfTheEndOfAProcess) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    char go;
    close(fds[1]);
    _exit(read(fds[0], &go, 1) == 0 ? 7 : 8);
  }
  close(fds[0]);
  Descriptor process;
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (pidfd < 0) GTEST_SKIP() << "skipped: the kernel has no pidfd_open";
  ASSERT_EQ(process.Open(pidfd), 0);
  Waiter waiter([&] { return process.WaitRead(); });
  close(fds[1]);
  EXPECT_EQ(waiter.Result(), 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

// ---- Deadlines ------------------------------------------------------------------------------------------------------

TEST(Deadline, PastOneFailsEvenIfThereIsSomethingToRead) {  // E59
  Pair s;
  char buf[8];
  ASSERT_EQ(s.b.Write("x", 1), 1);
  EXPECT_EQ(s.a.SetReadDeadline(After(-1)), 0);
  EXPECT_EQ(s.a.Read(buf, 8), kDeadlineExceeded);
  EXPECT_EQ(s.a.WaitRead(), kDeadlineExceeded);
  EXPECT_EQ(s.a.Write("y", 1), 1);  // the other half has none
  EXPECT_EQ(s.a.SetReadDeadline(0), 0);  // E60: nothing is lost
  EXPECT_EQ(s.a.Read(buf, 8), 1);
}

TEST(Deadline, PassesWhileOneWaits) {
  Pair s;
  char buf[8];
  const std::int64_t when = After(2'000'000);
  EXPECT_EQ(s.a.SetReadDeadline(when), 0);
  EXPECT_EQ(s.a.Read(buf, 8), kDeadlineExceeded);
  EXPECT_GE(After(0), when);
  EXPECT_EQ(s.a.Read(buf, 8), kDeadlineExceeded);
}

TEST(Deadline, SetByAnotherEndsAWait) {  // E60
  Pair s;
  char buf[8];
  for (std::int64_t delay_ns : {-1, 0, 1, 1'000'000}) {
    EXPECT_EQ(s.a.SetDeadline(0), 0);
    Waiter reader([&] { return s.a.Read(buf, 8); });
    EXPECT_EQ(s.a.SetDeadline(After(delay_ns)), 0);
    EXPECT_EQ(reader.Result(), kDeadlineExceeded) << delay_ns;
  }
}

TEST(Deadline, PutOffInTimeDoesNotEndAWait) {
  Pair s;
  char buf[8];
  // A slow machine may be too late to put it off: then once more, with twice the time.
  for (std::int64_t time_ns = 3'000'000;; time_ns *= 2) {
    const std::int64_t first = After(time_ns);
    EXPECT_EQ(s.a.SetDeadline(first), 0);
    long result = 0;
    WaitGroup done;
    done.Go([&] { result = s.a.Read(buf, 8); });
    Gosched();
    EXPECT_EQ(s.a.SetDeadline(After(3'600'000'000'000)), 0);
    const bool in_time = After(0) < first;
    while (After(0) < first + 1'000'000) Gosched();
    EXPECT_EQ(s.b.Write("x", 1), 1);
    done.Wait();
    if (!in_time) {
      EXPECT_EQ(s.a.SetDeadline(0), 0);
      if (result == kDeadlineExceeded) {
        EXPECT_EQ(s.a.Read(buf, 8), 1);
      }
      continue;
    }
    EXPECT_EQ(result, 1);
    return;
  }
}

TEST(Deadline, OfAWriteEndsIt) {
  Pipe p;
  const std::string big(1 << 20, 'x');
  Waiter writer([&] { return p.writer.Write(big.data(), big.size()); });
  EXPECT_EQ(p.writer.SetWriteDeadline(After(1)), 0);
  EXPECT_EQ(writer.Result(), kDeadlineExceeded);
}

// ---- Close ----------------------------------------------------------------------------------------------------------

TEST(Close, EndsEveryWait) {  // E61
  Pair s;
  char buf[8];
  Waiter first([&] { return s.a.Read(buf, 8); });
  Waiter second([&] { return s.a.Read(buf, 8); }, false, WaitReason::kSemacquire);
  Waiter thread([&] { return s.a.Read(buf, 8); }, true, WaitReason::kSemacquire);
  EXPECT_EQ(s.a.Close(), 0);
  EXPECT_EQ(first.Result(), kClosed);
  EXPECT_EQ(second.Result(), kClosed);
  EXPECT_EQ(thread.Result(), kClosed);
  EXPECT_EQ(s.a.Close(), kClosed);
  EXPECT_EQ(s.a.Read(buf, 8), kClosed);
  EXPECT_EQ(s.a.Write(buf, 8), kClosed);
  EXPECT_EQ(s.a.SetDeadline(1), kClosed);
  EXPECT_EQ(s.a.WaitRead(), kClosed);
}

TEST(Close, HasClosedTheFileWhenItReturns) {
  Pair s;
  char buf[8];
  const int fd = s.a.fd();
  Waiter reader([&] { return s.a.Read(buf, 8); });
  EXPECT_EQ(s.a.Close(), 0);
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(reader.Result(), kClosed);
}

TEST(Close, NewFileWithTheSameNumberHasWaitersOfItsOwn) {  // E67
  int old_number = -1;
  for (int i = 0; i < 200; ++i) {
    Pair s;
    if (old_number >= 0) {
      EXPECT_EQ(s.a.fd(), old_number);
    }
    old_number = s.a.fd();
    char buf[8];
    Waiter reader([&] { return s.a.Read(buf, 8); });
    EXPECT_EQ(s.b.Write("x", 1), 1);  // an event is on its way while the file is closed
    s.a.Close();
    const long got = reader.Result();
    EXPECT_TRUE(got == 1 || got == kClosed) << got;
  }
}

TEST(Close, EventOfAnOldDescriptorIsDropped) {  // E67
  Pair s;
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  runtime::pollDesc* pd;
  ASSERT_EQ(runtime::netpollopen(fds[0], &pd), 0);
  const std::uint64_t tag = runtime::netpolltag(pd, pd->fdseq.load());
  EXPECT_EQ(runtime::netpolltagdesc(tag), pd);
  EXPECT_TRUE(runtime::netpolltagvalid(tag));
  runtime::netpollevict(pd);
  runtime::netpollclose(pd);
  EXPECT_FALSE(runtime::netpolltagvalid(tag));
  close(fds[0]);
  close(fds[1]);
}

TEST(Descriptor, ConcurrentWritesDoNotMix) {  // E64
  constexpr int kWriters = 8;
  constexpr std::size_t kBytes = 200'000;  // more than the socket's buffer takes
  Pair s;
  WaitGroup done;
  for (int i = 0; i < kWriters; ++i) {
    done.Go([&s, i] {
      const std::string mine(kBytes, static_cast<char>('a' + i));
      EXPECT_EQ(s.a.Write(mine.data(), mine.size()), static_cast<long>(kBytes));
    });
  }
  std::string all;
  std::vector<char> buf(65536);
  while (all.size() < kWriters * kBytes) {
    const long n = s.b.Read(buf.data(), buf.size());
    ASSERT_GT(n, 0);
    all.append(buf.data(), static_cast<std::size_t>(n));
  }
  done.Wait();
  for (int i = 0; i < kWriters; ++i) {
    EXPECT_EQ(all.substr(i * kBytes, kBytes), std::string(kBytes, all[i * kBytes])) << i;
  }
}

// ---- What cannot be done --------------------------------------------------------------------------------------------

TEST(Open, RegularFileIsRefusedAndStaysTheCallers) {
  const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  Descriptor d;
  EXPECT_EQ(d.Open(fd), -EPERM);
  EXPECT_EQ(d.fd(), -1);
  EXPECT_EQ(d.WaitRead(), kClosed);
  EXPECT_EQ(d.Close(), kClosed);
  EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(close(fd), 0);
}

TEST(Open, NumberThatIsNoFileIsRefused) {
  Descriptor d;
  EXPECT_EQ(d.Open(-1), -EBADF);
}

TEST(Open, SecondDescriptorForAFileIsRefused) {
  Pair s;
  Descriptor again;
  EXPECT_EQ(again.Open(s.a.fd()), -EEXIST);
}

TEST(Open, ChildAfterForkIsRefusedAndLeavesTheParentAlone) {
  Pair s;
  const pid_t child = fork();
  if (child == 0) {
    int fds[2];
    Descriptor d;
    const bool refused = pipe2(fds, O_CLOEXEC) == 0 && d.Open(fds[0]) == -EOPNOTSUPP;
    _exit(refused && s.a.Close() == 0 ? 0 : 1);  // closes the child's copy
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  char buf[1];
  Waiter reader([&] { return s.a.Read(buf, 1); });
  EXPECT_EQ(s.b.Write("x", 1), 1);
  EXPECT_EQ(reader.Result(), 1);
}

TEST(Open, WaitingForTheNetworkIsNoLeak) {
  Pair s;
  char buf[1];
  Waiter reader([&] { return s.a.Read(buf, 1); });
  const auto leaks = debug::LeakedGoroutines();
  EXPECT_EQ(s.b.Write("x", 1), 1);
  EXPECT_EQ(reader.Result(), 1);
  if (leaks.ok()) {
    EXPECT_TRUE(leaks->empty());
  }
}

TEST(Poller, CountOfWaitersReturnsToZero) {
  Pair s;
  char buf[1];
  {
    Waiter reader([&] { return s.a.Read(buf, 1); });
    EXPECT_EQ(runtime::netpollWaiters.load(), 1);
    s.a.Close();
    EXPECT_EQ(reader.Result(), kClosed);
  }
  EXPECT_EQ(runtime::netpollWaiters.load(), 0);
}

}  // namespace
}  // namespace gort::netpoll
