// Dials that do not simply succeed or fail: to nobody at one's own port, to a queue that is full, to two kinds of addresses.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/net/net.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/time.h"
#include "gtest/gtest.h"

namespace gort::net {
namespace {

// A listener on 127.0.0.1 whose queue is full: who connects waits for as long as nobody accepts.
class FullListener {
 public:
  FullListener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 0), 0);  // room for one
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = std::to_string(ntohs(address.sin_port));
    const absl::StatusOr<Conn> conn = Dial("tcp", this->address());
    EXPECT_TRUE(conn.ok()) << conn.status();
    if (conn.ok()) conn_ = *conn;
    while (conn.ok() && !IsFull()) Gosched();
  }
  ~FullListener() { close(fd_); }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  const std::string& port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + port_; }

 private:
  // Of a listener the kernel says here how many wait, and how many may before it is full.
  bool IsFull() const {
    tcp_info info = {};
    socklen_t size = sizeof(info);
    EXPECT_EQ(getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    return info.tcpi_unacked > info.tcpi_sacked;
  }

  const int fd_;
  std::string port_;
  Conn conn_;
};

TEST(Dial, TimeoutEndsOneThatHangs) {
  const FullListener full;
  auto [ctx, cancel] = WithTimeout(Background(), absl::Milliseconds(20));
  const absl::Status status = DialContext(ctx, "tcp", full.address()).status();
  cancel();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_EQ(status.message(), "dial tcp " + full.address() + ": i/o timeout");
}

TEST(Dial, CancelEndsOneThatHangs) {
  const FullListener full;
  auto [ctx, cancel] = WithCancel(Background());
  WaitGroup done;
  done.Go([&, ctx = ctx] {
    const absl::Status status = DialContext(ctx, "tcp", full.address()).status();
    EXPECT_TRUE(absl::IsCancelled(status)) << status;
    EXPECT_EQ(status.message(), "dial tcp " + full.address() + ": operation was canceled");
  });
  Gosched();
  cancel();
  done.Wait();
}

// ":port" stands for 127.0.0.1 and for ::1.
TEST(Dial, SecondKindOfAddressIsTriedWhenTheFirstIsRefused) {
  const absl::StatusOr<Listener> six = Listen("tcp6", "[::1]:0");
  if (!six.ok()) GTEST_SKIP() << "skipped: this machine has no IPv6";
  const std::string port = SplitHostPort(six->Addr())->second;
  const absl::StatusOr<Conn> conn = Dial("tcp", ":" + port);
  ASSERT_TRUE(conn.ok()) << conn.status();
}

TEST(Dial, SecondKindOfAddressIsTriedWhenTheFirstHangs) {
  if (!Listen("tcp6", "[::1]:0").ok()) GTEST_SKIP() << "skipped: this machine has no IPv6";
  const FullListener full;
  const absl::StatusOr<Listener> six = Listen("tcp6", "[::1]:" + full.port());
  if (!six.ok()) GTEST_SKIP() << "skipped: somebody else has the port " << full.port() << " of ::1";
  const absl::StatusOr<Conn> conn = Dial("tcp", ":" + full.port());
  ASSERT_TRUE(conn.ok()) << conn.status();
  EXPECT_EQ(conn->RemoteAddr(), six->Addr());
}

// Linux takes the even ports of its range, one after the other, for those who connect. So who dials an even port at which nobody listens
// gets that very port as its own once in half the range.
TEST(Dial, NeverConnectsToItself) {
  // ::1, where other tests hardly listen: whoever takes the port meanwhile would get our connection.
  const absl::StatusOr<Listener> l = Listen("tcp6", "[::1]:0");
  if (!l.ok()) GTEST_SKIP() << "skipped: this machine has no IPv6";
  const std::string address = "[::1]:" + std::to_string(std::stoi(SplitHostPort(l->Addr())->second) & ~1);
  EXPECT_TRUE(l->Close().ok());
  for (int i = 0; i < 15'000; ++i) {
    const absl::StatusOr<Conn> conn = Dial("tcp", address);
    if (!conn.ok()) continue;
    ASSERT_NE(conn->LocalAddr(), conn->RemoteAddr()) << "attempt " << i;
    break;  // another program listens there by now
  }
}

}  // namespace
}  // namespace gort::net
