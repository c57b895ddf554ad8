// The network package, beside Go's statements E59 to E67. All traffic is on loopback.
#include "gort/runtime/net/net.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/time.h"
#include "gtest/gtest.h"

namespace {
// True: calls of operator new are counted.
std::atomic<bool> counting{false};
std::atomic<int> allocations{0};
}  // namespace

// noinline: gcc must not see that the two are malloc and free, for it knows one half of a pair at times.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
// Ours too, for ASan's own would not fit with our delete.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace gort::net {
namespace {

absl::Time Soon() { return absl::Now() + absl::Milliseconds(2); }
absl::Time Past() { return absl::Now() - absl::Seconds(1); }

std::string ReadSome(const Conn& conn) {
  char buf[4096];
  const absl::StatusOr<std::size_t> n = conn.Read(buf);
  return n.ok() ? std::string(buf, *n) : std::string(n.status().message());
}

struct Ends {
  explicit Ends(const char* network = "tcp", std::string address = "127.0.0.1:0") {
    absl::StatusOr<Listener> made = Listen(network, address);
    EXPECT_TRUE(made.ok()) << made.status();
    if (!made.ok()) return;
    listener = *made;
    WaitGroup done;
    done.Go([&] {
      absl::StatusOr<Conn> accepted = listener.Accept();
      EXPECT_TRUE(accepted.ok()) << accepted.status();
      if (accepted.ok()) server = *accepted;
    });
    absl::StatusOr<Conn> dialed = Dial(network, listener.Addr());
    EXPECT_TRUE(dialed.ok()) << dialed.status();
    if (dialed.ok()) client = *dialed;
    done.Wait();
  }
  std::string ClientText(const std::string& op, const std::string& why) const {
    return op + " tcp " + client.LocalAddr() + "->" + client.RemoteAddr() + ": " + why;
  }
  Listener listener;
  Conn client;
  Conn server;
};

TEST(Tcp, BytesArriveAndAddressesAgree) {
  Ends e;
  EXPECT_EQ(e.client.LocalAddr(), e.server.RemoteAddr());
  EXPECT_EQ(e.client.RemoteAddr(), e.listener.Addr());
  EXPECT_EQ(*e.client.Write("hello"), 5u);
  char five[5];
  EXPECT_EQ(*e.server.ReadFull(five), 5u);
  EXPECT_EQ(std::string(five, 5), "hello");
}

TEST(Tcp, Ipv6AndBothKinds) {
  if (!Listen("tcp6", "[::1]:0").ok()) GTEST_SKIP() << "skipped: this machine has no IPv6";
  Ends six("tcp6", "[::1]:0");
  EXPECT_EQ(six.client.RemoteAddr(), six.listener.Addr());
  const absl::StatusOr<Listener> any = Listen("tcp", ":0");
  ASSERT_TRUE(any.ok());
  const std::string port = SplitHostPort(any->Addr())->second;
  EXPECT_TRUE(Dial("tcp", "127.0.0.1:" + port).ok());
  EXPECT_TRUE(Dial("tcp", "[::1]:" + port).ok());
  EXPECT_TRUE(Dial("tcp", "localhost:" + port).ok());
  EXPECT_TRUE(Dial("tcp", ":" + port).ok());
}

TEST(Unix, PathIsRemovedByClose) {
  // Of its own: not by the pid, which is the same small number in many sandboxes. Short, for sun_path.
  char folder[] = "/tmp/gort_net_test.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/s";
  Ends e("unix", path);
  EXPECT_EQ(*e.client.Write("x"), 1u);
  EXPECT_EQ(ReadSome(e.server), "x");
  EXPECT_EQ(e.client.RemoteAddr(), path);
  EXPECT_EQ(e.client.LocalAddr(), "@");
  EXPECT_TRUE(e.listener.Close().ok());
  EXPECT_EQ(access(path.c_str(), F_OK), -1);
  EXPECT_EQ(Dial("unix", path).status().message(), "dial unix " + path + ": connect: no such file or directory");
  rmdir(folder);
}

// ---- E59, E60: deadlines --------------------------------------------------------------------------------------------

TEST(E59, PastDeadlineFailsAtOnceEvenIfThereIsData) {
  Ends e;
  ASSERT_TRUE(e.server.Write("data").ok());
  EXPECT_EQ(ReadSome(e.client).size(), 4u);
  ASSERT_TRUE(e.server.Write("data").ok());
  EXPECT_TRUE(e.client.SetReadDeadline(Past()).ok());
  char buf[8];
  const absl::Status status = e.client.Read(buf).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_EQ(status.message(), e.ClientText("read", "i/o timeout"));
  EXPECT_TRUE(e.client.Write("still").ok());
}

TEST(E60, DeadlineEndsPendingCallsAndZeroTimeClearsIt) {
  Ends e;
  WaitGroup done;
  done.Go([&] { EXPECT_EQ(ReadSome(e.client), e.ClientText("read", "i/o timeout")); });
  EXPECT_TRUE(e.client.SetDeadline(Soon()).ok());
  done.Wait();
  EXPECT_TRUE(e.client.SetDeadline(absl::Time()).ok());
  EXPECT_TRUE(e.server.Write("later").ok());
  EXPECT_EQ(ReadSome(e.client), "later");  // the timeout has not closed it
}

TEST(E60, DeadlineOfAnAccept) {
  absl::StatusOr<Listener> l = Listen("tcp", "127.0.0.1:0");
  ASSERT_TRUE(l.ok());
  EXPECT_TRUE(l->SetDeadline(Soon()).ok());
  EXPECT_EQ(l->Accept().status().message(), "accept tcp " + l->Addr() + ": i/o timeout");
  EXPECT_TRUE(l->SetDeadline(absl::InfiniteFuture()).ok());
  EXPECT_TRUE(Dial("tcp", l->Addr()).ok());
  EXPECT_TRUE(l->Accept().ok());
}

// ---- E61: Close -----------------------------------------------------------------------------------------------------

TEST(E61, CloseEndsReadWriteAndAccept) {
  Ends e;
  WaitGroup done;
  done.Go([&] {
    char buf[8];
    const absl::Status status = e.client.Read(buf).status();
    EXPECT_TRUE(absl::IsCancelled(status)) << status;
    EXPECT_EQ(status.message(), e.ClientText("read", "use of closed network connection"));
  });
  done.Go([&] {
    const std::string big(64 << 20, 'x');
    EXPECT_TRUE(absl::IsCancelled(e.client.Write(big).status()));
  });
  done.Go([&] {
    const absl::Status status = e.listener.Accept().status();
    EXPECT_EQ(status.message(), "accept tcp " + e.listener.Addr() + ": use of closed network connection");
  });
  for (int i = 0; i < 100; ++i) Gosched();
  EXPECT_TRUE(e.client.Close().ok());
  EXPECT_TRUE(e.listener.Close().ok());
  done.Wait();
  const absl::Status again = e.client.Close();
  EXPECT_TRUE(absl::IsCancelled(again));
  EXPECT_EQ(again.message(), e.ClientText("close", "use of closed network connection"));
  EXPECT_EQ(e.client.Write("x").status().message(), e.ClientText("write", "use of closed network connection"));
}

TEST(E61, AddressIsFreeWhenCloseReturns) {
  absl::StatusOr<Listener> l = Listen("tcp", "127.0.0.1:0");
  ASSERT_TRUE(l.ok());
  const std::string address = l->Addr();
  EXPECT_EQ(Listen("tcp", address).status().message(), "listen tcp " + address + ": bind: address already in use");
  WaitGroup done;
  done.Go([&] { EXPECT_FALSE(l->Accept().ok()); });
  Gosched();
  EXPECT_TRUE(l->Close().ok());
  EXPECT_TRUE(Listen("tcp", address).ok());
  done.Wait();
}

// ---- E62 to E64 -----------------------------------------------------------------------------------------------------

TEST(E62, CloseWriteEndsOneDirection) {
  Ends e;
  EXPECT_TRUE(e.client.CloseWrite().ok());
  EXPECT_EQ(ReadSome(e.server), "");
  EXPECT_TRUE(e.server.Write("after eof").ok());
  EXPECT_EQ(ReadSome(e.client), "after eof");
  EXPECT_FALSE(e.client.Write("x").ok());
}

TEST(E62, CloseReadReadsTheEnd) {
  Ends e;
  EXPECT_TRUE(e.client.CloseRead().ok());
  EXPECT_EQ(ReadSome(e.client), "");
  EXPECT_TRUE(e.client.Write("x").ok());
}

TEST(E63, EndOfStreamIsZeroAndOtherErrorsNameBothEnds) {
  Ends e;
  char none[1];
  EXPECT_EQ(*e.client.Read(std::span<char>(none, 0)), 0u);  // of nothing: at once
  EXPECT_TRUE(e.server.Close().ok());
  EXPECT_EQ(ReadSome(e.client), "");
  EXPECT_EQ(e.client.ReadFull(none).status().message(), "EOF");
  // The peer is gone: first a reset, then a broken pipe, and no SIGPIPE.
  std::string why;
  for (int i = 0; i < 1000 && why.empty(); ++i) {
    const absl::Status status = e.client.Write("x").status();
    if (!status.ok()) why = std::string(status.message());
  }
  EXPECT_TRUE(why == e.ClientText("write", "write: broken pipe") || why == e.ClientText("write", "write: connection reset by peer"))
      << why;
}

TEST(E63, ReadFullSaysWhenTheEndCameTooEarly) {
  Ends e;
  EXPECT_TRUE(e.server.Write("abc").ok());
  EXPECT_TRUE(e.server.Close().ok());
  char five[5];
  EXPECT_EQ(e.client.ReadFull(five).status().message(), "unexpected EOF");
}

TEST(E64, WritesAreAtomicAndReadersShare) {
  constexpr int kWriters = 6;
  static constexpr std::size_t kBytes = 300'000;
  Ends e;
  WaitGroup done;
  for (int i = 0; i < kWriters; ++i) {
    done.Go([&e, i] {
      const std::string mine(kBytes, static_cast<char>('a' + i));
      if (i % 2 == 0) {
        EXPECT_EQ(*e.client.Write(mine), kBytes);
      } else {
        const std::string_view whole = mine;
        const std::string_view pieces[] = {whole.substr(0, 1), "", whole.substr(1, 100'000), whole.substr(100'001)};
        EXPECT_EQ(*e.client.Writev(pieces), kBytes);
      }
    });
  }
  std::string all;
  std::vector<char> buf(1 << 16);
  while (all.size() < kWriters * kBytes) {
    const absl::StatusOr<std::size_t> n = e.server.Read(buf);
    ASSERT_TRUE(n.ok() && *n > 0);
    all.append(buf.data(), *n);
  }
  done.Wait();
  for (int i = 0; i < kWriters; ++i) {
    EXPECT_EQ(all.substr(i * kBytes, kBytes), std::string(kBytes, all[i * kBytes])) << i;
  }
}

TEST(E64, ReadWriteAndCloseTogether) {
  for (int round = 0; round < 100; ++round) {
    Ends e;
    WaitGroup done;
    for (int i = 0; i < 2; ++i) {
      done.Go([&] {
        while (e.client.Write("ping").ok()) {
        }
      });
      done.Go([&] {
        char buf[64];
        while (e.server.Read(buf).value_or(0) > 0) {
        }
      });
      done.Go([&] {
        char buf[64];
        while (e.client.Read(buf).value_or(0) > 0) {
        }
      });
    }
    for (int i = 0; i < round % 7; ++i) Gosched();
    EXPECT_TRUE(e.client.Close().ok());
    done.Wait();
  }
}

// ---- E66: Dial ------------------------------------------------------------------------------------------------------

TEST(E66, RefusedIsSaidAsGoSaysIt) {
  absl::StatusOr<Listener> l = Listen("tcp", "127.0.0.1:0");
  ASSERT_TRUE(l.ok());
  const std::string address = l->Addr();
  EXPECT_TRUE(l->Close().ok());
  const absl::Status status = Dial("tcp", address).status();
  EXPECT_EQ(status.message(), "dial tcp " + address + ": connect: connection refused");
  EXPECT_TRUE(absl::IsUnavailable(status));
}

TEST(E66, DialOfAnEndedContextFails) {  // one that ends later: dial_test.cc
  absl::StatusOr<Listener> l = Listen("tcp", "127.0.0.1:0");
  ASSERT_TRUE(l.ok());
  auto [done_ctx, cancel_done] = WithCancel(Background());
  cancel_done();
  EXPECT_EQ(DialContext(done_ctx, "tcp", l->Addr()).status().message(), "dial tcp " + l->Addr() + ": operation was canceled");
  auto [late, cancel_late] = WithTimeout(Background(), absl::ZeroDuration());
  const absl::Status status = DialContext(late, "tcp", l->Addr()).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_EQ(status.message(), "dial tcp " + l->Addr() + ": i/o timeout");
}

TEST(E66, CancelOfARunningDialReturns) {
  for (int i = 0; i < 50; ++i) {
    absl::StatusOr<Listener> l = Listen("tcp", "127.0.0.1:0");
    ASSERT_TRUE(l.ok());
    auto [ctx, cancel] = WithCancel(Background());
    WaitGroup done;
    done.Go([&, ctx = ctx] {
      const absl::StatusOr<Conn> conn = DialContext(ctx, "tcp", l->Addr());
      EXPECT_TRUE(conn.ok() || absl::IsCancelled(conn.status())) << conn.status();
      if (conn.ok()) {
        EXPECT_TRUE(conn->Write("x").ok());
      }
    });
    for (int k = 0; k < i % 5; ++k) Gosched();
    cancel();
    done.Wait();
  }
}

TEST(Dial, WhatIsMalformedIsSaid) {
  EXPECT_EQ(Dial("foo", "x").status().message(), "dial foo: unknown network foo");
  EXPECT_EQ(Dial("tcp", "localhost").status().message(), "dial tcp: address localhost: missing port in address");
  EXPECT_EQ(Dial("tcp", "127.0.0.1:99999").status().message(), "dial tcp: address 99999: invalid port");
  EXPECT_EQ(Dial("tcp", "").status().message(), "dial tcp: missing address");
  EXPECT_TRUE(Listen("tcp", "").ok());  // everywhere, at a free port
  EXPECT_FALSE(Listen("udp", "127.0.0.1:0").ok());
  EXPECT_FALSE(Dial("tcp6", "127.0.0.1:1").ok());
}

TEST(LookupHost, NumberIsItselfAndLocalhostIsHere) {
  EXPECT_EQ(*LookupHost(Background(), "127.0.0.1"), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(*LookupHost(Background(), "::1"), std::vector<std::string>{"::1"});
  const auto here = LookupHost(Background(), "localhost");
  ASSERT_TRUE(here.ok());
  EXPECT_FALSE(here->empty());
  auto [ctx, cancel] = WithCancel(Background());
  cancel();
  const auto ended = LookupHost(ctx, "localhost");
  EXPECT_TRUE(ended.ok() || absl::IsCancelled(ended.status()));
}

// ---- UDP ------------------------------------------------------------------------------------------------------------

// Of the names that the system's list gives 127.0.0.1 and ::1, one is enough.
TEST(Udp, NameMeansItsIpv4Address) {
  const absl::StatusOr<UDPAddr> four = ResolveUDPAddr("udp4", "localhost:9");
  if (!four.ok()) GTEST_SKIP() << "skipped: localhost has no IPv4 address here";
  EXPECT_EQ(ResolveUDPAddr("udp", "localhost:9")->String(), four->String());
}

TEST(Udp, DatagramsKeepTheirBoundsAndTellTheirSender) {
  absl::StatusOr<UDPConn> a = ListenUDP("udp", "127.0.0.1:0");
  absl::StatusOr<UDPConn> b = DialUDP("udp", a->LocalAddr());
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_TRUE(b->Write("one").ok());
  EXPECT_TRUE(b->Write("").ok());
  EXPECT_TRUE(b->Write("three").ok());
  char buf[16];
  UDPAddr from;
  EXPECT_EQ(*a->ReadFrom(buf, &from), 3u);
  EXPECT_EQ(from.String(), b->LocalAddr());
  EXPECT_EQ(*a->ReadFrom(buf, &from), 0u);
  EXPECT_EQ(*a->ReadFrom(buf, &from), 5u);
  EXPECT_TRUE(a->WriteTo("back", from).ok());
  EXPECT_EQ(*b->Read(buf), 4u);
  EXPECT_TRUE(a->SetReadDeadline(Soon()).ok());
  EXPECT_TRUE(absl::IsDeadlineExceeded(a->ReadFrom(buf, &from).status()));
  EXPECT_TRUE(a->Close().ok());
  EXPECT_TRUE(absl::IsCancelled(a->ReadFrom(buf, &from).status()));
}

// ---- Shortages ------------------------------------------------------------------------------------------------------

TEST(Accept, WaitsOutALackOfDescriptors) {
  absl::StatusOr<Listener> l = Listen("tcp", "127.0.0.1:0");
  ASSERT_TRUE(l.ok());
  absl::StatusOr<Conn> client = Dial("tcp", l->Addr());
  ASSERT_TRUE(client.ok());
  // No number is left.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = dup(0);
  const rlimit none = {static_cast<rlim_t>(next), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  close(next);
  std::vector<int> taken;
  for (int fd; (fd = dup(0)) >= 0;) taken.push_back(fd);
  EXPECT_EQ(Dial("tcp", l->Addr()).status().message(), "dial tcp " + l->Addr() + ": socket: too many open files");
  WaitGroup done;
  done.Go([&] { EXPECT_TRUE(l->Accept().ok()); });
  Sleep(absl::Milliseconds(1));
  setrlimit(RLIMIT_NOFILE, &before);
  for (const int fd : taken) close(fd);
  done.Wait();
}

TEST(Conn, ReadAndWriteAllocateNothing) {
  Ends e;
  char buf[64];
  ASSERT_TRUE(e.client.Write("warm").ok());
  ASSERT_TRUE(e.server.Read(buf).ok());
  WaitGroup done;
  done.Go([&] {
    char in[64];
    for (int i = 0; i < 1000; ++i) {
      const absl::StatusOr<std::size_t> n = e.server.Read(in);
      if (!n.ok() || !e.server.Write(std::string_view(in, *n)).ok()) return;
    }
  });
  counting = true;
  bool ok = true;
  for (int i = 0; i < 1000; ++i) ok = e.client.Write("ping").ok() && e.client.Read(buf).ok() && ok;
  counting = false;
  done.Wait();
  EXPECT_TRUE(ok);
  EXPECT_EQ(allocations, 0);
}

TEST(Conn, HandleOfNothingFails) {
  Conn none;
  char buf[1];
  EXPECT_TRUE(absl::IsInvalidArgument(none.Read(buf).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(none.Close()));
  EXPECT_EQ(none.fd(), -1);
}

TEST(Conn, LastHandleClosesIt) {
  Ends e;
  int fd = e.client.fd();
  Conn copy = e.client;
  e.client = Conn();
  EXPECT_NE(fcntl(fd, F_GETFD), -1);
  copy = Conn();
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_EQ(ReadSome(e.server), "");
}

}  // namespace
}  // namespace gort::net
