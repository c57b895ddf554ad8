#include "gort/examples/tcpproxy/proxy.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gort/examples/tcpproxy/test_ends.h"
#include "gort/gort.h"
#include "gort/runtime/debug/expect_no_leaks.h"
#include "gtest/gtest.h"

namespace gort::examples::tcpproxy {
namespace {

// Sends back what it gets, to as many as connect, until it is destroyed.
class EchoServer {
 public:
  EchoServer() : listener_(ListenLocal()) {
    serving_.Go([this] {
      for (;;) {
        absl::StatusOr<net::Conn> conn = listener_.Accept();
        if (!conn.ok()) return;
        serving_.Go([conn = *conn] { Echo(conn); });
      }
    });
  }
  ~EchoServer() {
    listener_.Close().IgnoreError();
    serving_.Wait();
  }
  std::string address() const { return listener_.Addr(); }

 private:
  static void Echo(const net::Conn& conn) {
    char buffer[4096];
    for (;;) {
      const absl::StatusOr<std::size_t> n = conn.Read(buffer);
      if (!n.ok() || *n == 0 || !conn.Write({buffer, *n}).ok()) return;
    }
  }
  const net::Listener listener_;
  WaitGroup serving_;
};

class RunningProxy {
 public:
  explicit RunningProxy(ProxyOptions options) : RunningProxy(ListenLocal(), std::move(options)) {}
  RunningProxy(net::Listener listener, ProxyOptions options)
      : address_(listener.Addr()), proxy_(std::move(listener), std::move(options)) {
    auto [ctx, stop] = WithCancel(Background());
    stop_ = stop;
    serving_.Go([this, ctx = ctx] { EXPECT_TRUE(proxy_.Serve(ctx).ok()); });
  }
  ~RunningProxy() {
    Stop();
    WaitForEnd();
  }
  std::string address() const { return address_; }
  net::Conn Dial() const { return DialLocal(address_); }
  const Counters& counters() const { return proxy_.counters(); }
  void Stop() { stop_(); }
  void WaitForEnd() { serving_.Wait(); }

 private:
  const std::string address_;
  Proxy proxy_;
  CancelFunc stop_;
  WaitGroup serving_;
};

std::string Ask(const net::Conn& conn, std::string_view text) {
  if (absl::StatusOr<std::size_t> n = conn.Write(text); !n.ok()) return n.status().ToString();
  return ReadBytes(conn, text.size());
}

TEST(Proxy, LeavesNothingBehind) {
  ExpectNoLeaks no_leaks(ExpectNoLeaks::kStillThere);
  EchoServer server;
  RunningProxy proxy({.to = server.address(), .max_connections = 20});
  WaitGroup clients;
  for (int i = 0; i < 50; ++i) {
    clients.Go([&proxy] {
      const net::Conn conn = proxy.Dial();
      EXPECT_EQ(Ask(conn, "hello"), "hello");
      EXPECT_TRUE(conn.CloseWrite().ok());
      EXPECT_EQ(ReadAll(conn), "");
    });
  }
  clients.Wait();
  proxy.Stop();
  proxy.WaitForEnd();
  EXPECT_EQ(proxy.counters().accepted, 50u);
  EXPECT_EQ(proxy.counters().active, 0u);
  EXPECT_EQ(proxy.counters().bytes_up, 250u);
  EXPECT_EQ(proxy.counters().aborted, 0u);
}

TEST(Proxy, ResetsTheClientIfTheServerCannotBeReached) {
  RunningProxy proxy({.to = "/nobody/listens/here"});
  EXPECT_EQ(DialAndReadAll(proxy.address()), "(cut short)");
  EXPECT_EQ(proxy.counters().unreached, 1u);
}

TEST(Proxy, ServesNoMoreAtOnceThanItMay) {
  EchoServer server;
  RunningProxy proxy({.to = server.address(), .max_connections = 1});
  const net::Conn first = proxy.Dial();
  EXPECT_EQ(Ask(first, "one"), "one");
  const net::Conn second = proxy.Dial();
  ASSERT_TRUE(second.Write("two").ok());
  // What must not come yet comes never, so no machine is too slow for this.
  char byte;
  ASSERT_TRUE(second.SetReadDeadline(absl::Now() + absl::Milliseconds(20)).ok());
  EXPECT_EQ(second.Read({&byte, 1}).status().code(), absl::StatusCode::kDeadlineExceeded);
  ASSERT_TRUE(second.SetReadDeadline(absl::Time()).ok());
  ASSERT_TRUE(first.Close().ok());
  EXPECT_EQ(ReadBytes(second, 3), "two");
  ASSERT_TRUE(second.Close().ok());
}

TEST(Proxy, ResetsWhatDoesNotMove) {
  EchoServer server;
  RunningProxy proxy({.to = server.address(), .idle_timeout = absl::Milliseconds(20)});
  EXPECT_EQ(DialAndReadAll(proxy.address()), "(cut short)");
  proxy.Stop();
  proxy.WaitForEnd();
  EXPECT_EQ(proxy.counters().idle, 1u);
  EXPECT_EQ(proxy.counters().aborted, 1u);
}

TEST(Proxy, LetsConnectionsEndWhenItIsToStop) {
  EchoServer server;
  RunningProxy proxy({.to = server.address(), .grace = absl::InfiniteDuration()});
  const net::Conn conn = proxy.Dial();
  EXPECT_EQ(Ask(conn, "before"), "before");
  proxy.Stop();
  EXPECT_EQ(Ask(conn, "after"), "after");
  ASSERT_TRUE(conn.CloseWrite().ok());
  EXPECT_EQ(ReadAll(conn), "");
  proxy.WaitForEnd();
  EXPECT_EQ(proxy.counters().aborted, 0u);
}

TEST(Proxy, ResetsWhatIsLeftAfterTheGrace) {
  EchoServer server;
  RunningProxy proxy({.to = server.address(), .grace = absl::ZeroDuration()});
  const net::Conn conn = proxy.Dial();
  EXPECT_EQ(Ask(conn, "before"), "before");
  proxy.Stop();
  EXPECT_EQ(ReadAll(conn), "(cut short)");
  proxy.WaitForEnd();
  EXPECT_EQ(proxy.counters().aborted, 1u);
}

}  // namespace
}  // namespace gort::examples::tcpproxy
