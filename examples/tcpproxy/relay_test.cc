#include "gort/examples/tcpproxy/relay.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gort/examples/tcpproxy/faults.h"
#include "gort/examples/tcpproxy/test_ends.h"
#include "gort/gort.h"
#include "gtest/gtest.h"

namespace gort::examples::tcpproxy {
namespace {

// A relay between two connections, the outer ends of which are the test's.
class Relayed {
 public:
  explicit Relayed(FaultOptions faults = {}) : faults_(faults), relay_(client_.far, server_.near, faults_, 1, counters) {
    running_.Go([this] { relay_.Run(); });
  }
  ~Relayed() {
    relay_.Abort();
    running_.Wait();
  }
  const net::Conn& client() const { return client_.near; }
  const net::Conn& server() const { return server_.far; }
  Relay& relay() { return relay_; }
  void WaitForEnd() { running_.Wait(); }

  Counters counters;

 private:
  const FaultOptions faults_;
  Ends client_;
  Ends server_;
  Relay relay_;
  WaitGroup running_;
};

std::string Pattern(std::size_t size, char from) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(from + i * i % 61);
  return text;
}

// Sends and receives both ways at the same time, and to the end.
void ExpectEverythingArrives(FaultOptions faults, std::size_t size) {
  Relayed r(faults);
  const std::string up = Pattern(size, 'A');
  const std::string down = Pattern(size / 2, 'a');
  WaitGroup senders;
  const auto send = [&senders](const net::Conn& conn, const std::string& text) {
    senders.Go([&conn, &text] {
      EXPECT_TRUE(conn.Write(text).ok());
      EXPECT_TRUE(conn.CloseWrite().ok());
    });
  };
  std::string got_up;
  send(r.client(), up);
  send(r.server(), down);
  senders.Go([&] { got_up = ReadAll(r.server()); });
  const std::string got_down = ReadAll(r.client());
  senders.Wait();
  r.WaitForEnd();
  EXPECT_TRUE(got_up == up);
  EXPECT_TRUE(got_down == down);
  EXPECT_EQ(r.counters.bytes_up, up.size());
  EXPECT_EQ(r.counters.bytes_down, down.size());
  EXPECT_EQ(r.counters.aborted, 0u);
}

TEST(Relay, EveryByteArrivesInOrder) { ExpectEverythingArrives({}, 3'000'000); }
TEST(Relay, EveryByteArrivesInSlices) { ExpectEverythingArrives({.slice = 97}, 200'000); }
TEST(Relay, EveryByteArrivesAfterStalls) {
  ExpectEverythingArrives({.stall = {absl::Milliseconds(1), 0.05}, .slice = 1000, .seed = 3}, 300'000);
}

TEST(Relay, TheClientsEndIsPassedOnAndTheServerGoesOn) {
  Relayed r;
  ASSERT_TRUE(r.client().Write("question").ok());
  ASSERT_TRUE(r.client().CloseWrite().ok());
  EXPECT_EQ(ReadAll(r.server()), "question");
  ASSERT_TRUE(r.server().Write("answer").ok());
  ASSERT_TRUE(r.server().Close().ok());
  EXPECT_EQ(ReadAll(r.client()), "answer");
  r.WaitForEnd();
  EXPECT_EQ(r.counters.aborted, 0u);
}

TEST(Relay, TheServersEndIsPassedOnAndTheClientGoesOn) {
  Relayed r;
  ASSERT_TRUE(r.server().Write("greeting").ok());
  ASSERT_TRUE(r.server().CloseWrite().ok());
  EXPECT_EQ(ReadAll(r.client()), "greeting");
  ASSERT_TRUE(r.client().Write("thanks").ok());
  ASSERT_TRUE(r.client().CloseWrite().ok());
  EXPECT_EQ(ReadAll(r.server()), "thanks");
  r.WaitForEnd();
  EXPECT_EQ(r.counters.aborted, 0u);
}

TEST(Relay, WhatTheServerSaidBeforeItWentAwayArrives) {
  Relayed r;
  ASSERT_TRUE(r.server().Write("bye").ok());
  ASSERT_TRUE(r.server().Close().ok());
  EXPECT_EQ(ReadAll(r.client()), "bye");
  while (r.client().Write("still there?").ok()) Gosched();  // until the server's reset has come through
  r.WaitForEnd();
}

TEST(Relay, AResetIsPassedOnBothWays) {
  for (bool by_client : {true, false}) {
    Relayed r;
    ASSERT_TRUE(r.client().Write("x").ok());
    EXPECT_EQ(ReadBytes(r.server(), 1), "x");
    Reset(by_client ? r.client() : r.server());
    EXPECT_EQ(ReadAll(by_client ? r.server() : r.client()), "(cut short)");
    r.WaitForEnd();
    EXPECT_EQ(r.counters.aborted, 1u);
  }
}

// Over pipes, which have no buffer of their own: the relay's is all there is.
TEST(Relay, ASenderIsHeldUpWhenTheReceiverDoesNotRead) {
  const auto [client, client_far] = net::Pipe();
  const auto [server_near, server] = net::Pipe();
  const FaultOptions none;
  Counters counters;
  Relay relay(client_far, server_near, none, 1, counters);
  WaitGroup running;
  running.Go([&relay] { relay.Run(); });
  ASSERT_TRUE(client.Write(std::string(kBufferBytes, 'x')).ok());
  // What the relay must not take comes never, so no machine is too slow for this.
  ASSERT_TRUE(client.SetWriteDeadline(absl::Now() + absl::Milliseconds(20)).ok());
  EXPECT_EQ(client.Write("y").status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(relay.moved(), 0u);
  ASSERT_TRUE(client.SetWriteDeadline(absl::Time()).ok());
  EXPECT_EQ(ReadBytes(server, kBufferBytes), std::string(kBufferBytes, 'x'));
  EXPECT_TRUE(client.Write("z").ok());
  EXPECT_EQ(ReadBytes(server, 1), "z");
  EXPECT_TRUE(relay.Abort());
  running.Wait();
}

TEST(Relay, AbortResetsBothOnce) {
  Relayed r;
  ASSERT_TRUE(r.client().Write("x").ok());
  EXPECT_EQ(ReadBytes(r.server(), 1), "x");
  EXPECT_TRUE(r.relay().Abort());
  EXPECT_FALSE(r.relay().Abort());
  EXPECT_EQ(ReadAll(r.client()), "(cut short)");
  EXPECT_EQ(ReadAll(r.server()), "(cut short)");
  r.WaitForEnd();
}

TEST(Relay, AFaultResetsBoth) {
  Relayed r({.reset = 1, .seed = 5});
  WaitGroup senders;
  for (const net::Conn* conn : {&r.client(), &r.server()}) {
    // Nobody reads: what goes through before the reset fits into the kernel's buffers.
    senders.Go([conn] {
      absl::Status status;
      while (status.ok()) status = conn->Write("0123456789").status();
      EXPECT_NE(status.message().find("connection reset by peer"), std::string_view::npos) << status;
    });
  }
  senders.Wait();
  r.WaitForEnd();
  EXPECT_EQ(r.counters.resets, 1u);
  EXPECT_EQ(r.counters.aborted, 1u);
}

// The kernel reports a reset once: if that is to the way that writes, the one that reads sees what looks like an end.
TEST(Relay, AResetNeverLooksLikeAnEnd) {
  for (int i = 0; i < 20; ++i) {
    Relayed r;
    WaitGroup sender;
    sender.Go([&r] {
      while (r.server().Write("0123456789").ok()) continue;
    });
    EXPECT_EQ(ReadBytes(r.client(), 10), "0123456789");
    ASSERT_TRUE(r.client().Write("x").ok());
    Reset(r.client());
    sender.Wait();
    r.WaitForEnd();
    EXPECT_EQ(r.counters.aborted, 1u);
    EXPECT_EQ(r.relay().ways_ended(), 0) << i;
  }
}

}  // namespace
}  // namespace gort::examples::tcpproxy
