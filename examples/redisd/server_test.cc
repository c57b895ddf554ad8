// The server over loopback: order under load, slow and silent clients, nonsense, the stop.
#include "gort/examples/redisd/server.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/net/net.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/time.h"
#include "gtest/gtest.h"

namespace gort::examples::redisd {
namespace {

// A server that is stopped at the end of the test, and has then no connection left.
class Running {
 public:
  explicit Running(const ServerOptions& options = {}) : server_(options) {
    listener_ = *net::Listen("tcp", "127.0.0.1:0");
    done_.Go([this, ctx = ctx_.first] { EXPECT_TRUE(server_.Serve(ctx, listener_).ok()); });
  }
  ~Running() { Stop(); }

  void Stop() {
    ctx_.second();
    done_.Wait();
  }
  void AwaitStop() { done_.Wait(); }
  net::Conn Dial() { return *net::Dial("tcp", listener_.Addr()); }

 private:
  std::pair<Context, CancelFunc> ctx_ = WithCancel(Background());
  Server server_;
  net::Listener listener_;
  WaitGroup done_;
};

// Reads exactly as much as `want` has, and compares.
void Expect(const net::Conn& conn, std::string_view want) {
  std::string got(want.size(), '\0');
  const absl::StatusOr<std::size_t> n = conn.ReadFull(std::span(got));
  ASSERT_TRUE(n.ok()) << n.status();
  EXPECT_EQ(got, want);
}

// Reads until the server ends the connection, orderly or not, and returns what came.
std::string ReadAll(const net::Conn& conn) {
  std::string all;
  char piece[4096];
  while (true) {
    const absl::StatusOr<std::size_t> n = conn.Read(piece);
    if (!n.ok() || *n == 0) return all;
    all.append(piece, *n);
  }
}

TEST(Server, AnswersPipelinedCommandsInOrder) {
  Running running;
  const net::Conn conn = running.Dial();
  std::string commands, replies;
  for (int i = 1; i <= 5000; ++i) {
    commands += "INCR n\r\n";
    absl::StrAppend(&replies, ":", i, "\r\n");
  }
  // More than fits into the buffers of both sockets unless both sides move at once.
  WaitGroup writer;
  writer.Go([&] { EXPECT_TRUE(conn.Write(commands).ok()); });
  Expect(conn, replies);
  writer.Wait();
}

TEST(Server, NoIncrementIsLostAmongConnections) {
  constexpr int kClients = 20, kEach = 200;
  Running running;
  WaitGroup clients;
  for (int i = 0; i < kClients; ++i) {
    clients.Go([&] {
      const net::Conn conn = running.Dial();
      for (int n = 0; n < kEach; ++n) {
        char piece[64];
        ASSERT_TRUE(conn.Write("INCR n\r\n").ok());
        ASSERT_GT(conn.Read(piece).value_or(0), 0u);
      }
    });
  }
  clients.Wait();
  const net::Conn conn = running.Dial();
  ASSERT_TRUE(conn.Write("GET n\r\n").ok());
  Expect(conn, "$4\r\n4000\r\n");
}

TEST(Server, ASlowSubscriberIsDisconnectedAndNobodyWaitsForIt) {
  Running running({.client = {.max_pending_bytes = 1 << 20}});
  const net::Conn slow = running.Dial();
  ASSERT_TRUE(slow.Write("SUBSCRIBE c\r\n").ok());
  Expect(slow, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
  const net::Conn publisher = running.Dial();
  const std::string publish = absl::StrCat("PUBLISH c ", std::string(60'000, 'x'), "\r\n");
  // The kernel's buffers take some megabytes, then the queue fills, then nobody listens any more.
  std::string reply(4, '\0');
  for (int i = 0; i < 2000 && reply != ":0\r\n"; ++i) {
    ASSERT_TRUE(publisher.Write(publish).ok());
    ASSERT_TRUE(publisher.ReadFull(std::span(reply)).ok());
  }
  EXPECT_EQ(reply, ":0\r\n");
  ReadAll(slow);
}

TEST(Server, ASubscriberGetsEveryMessageInOrder) {
  Running running;
  const net::Conn subscriber = running.Dial();
  ASSERT_TRUE(subscriber.Write("SUBSCRIBE c\r\n").ok());
  Expect(subscriber, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
  std::string commands, messages;
  for (int i = 1000; i < 3000; ++i) {
    absl::StrAppend(&commands, "PUBLISH c ", i, "\r\n");
    absl::StrAppend(&messages, "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\n", i, "\r\n");
  }
  const net::Conn publisher = running.Dial();
  WaitGroup group;
  group.Go([&] { EXPECT_TRUE(publisher.Write(commands).ok()); });
  Expect(subscriber, messages);
  group.Wait();
  // Its replies come after the messages, also the one that ends the subscription.
  ASSERT_TRUE(subscriber.Write("UNSUBSCRIBE\r\nPING\r\n").ok());
  Expect(subscriber, "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n+PONG\r\n");
}

// Sends `command` on a new connection until `reply` comes: on a busy machine the server may find a client too silent before that.
net::Conn DialUntil(Running& running, std::string_view command, std::string_view reply) {
  std::string got(reply.size(), '\0');
  while (true) {
    const net::Conn conn = running.Dial();
    if (conn.Write(command).ok() && conn.ReadFull(std::span(got)).ok() && got == reply) return conn;
  }
}

TEST(Server, ASilentClientIsDisconnectedUnlessItIsSubscribed) {
  Running running({.client = {.idle_timeout = absl::Milliseconds(50)}});
  const net::Conn subscriber = DialUntil(running, "SUBSCRIBE c\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
  const net::Conn silent = running.Dial();
  EXPECT_EQ(ReadAll(silent), "");
  // The silent one came later, so the subscriber's time would be over as well.
  DialUntil(running, "PUBLISH c hi\r\n", ":1\r\n");
  Expect(subscriber, "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
}

TEST(Server, OneClientTooManyIsToldSo) {
  Running running({.max_clients = 1});
  const net::Conn first = running.Dial();
  ASSERT_TRUE(first.Write("PING\r\n").ok());
  Expect(first, "+PONG\r\n");
  EXPECT_EQ(ReadAll(running.Dial()), "-ERR max number of clients reached\r\n");
}

TEST(Server, AStopAnswersWhatWasReadAndEndsEveryConnection) {
  Running running;
  const net::Conn idle = running.Dial();
  const net::Conn subscriber = running.Dial();
  ASSERT_TRUE(subscriber.Write("SUBSCRIBE c\r\n").ok());
  Expect(subscriber, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
  running.Stop();
  EXPECT_EQ(ReadAll(idle), "");
  EXPECT_EQ(ReadAll(subscriber), "");
}

TEST(Server, ShutdownStopsIt) {
  Running running;
  const net::Conn conn = running.Dial();
  ASSERT_TRUE(conn.Write("PING\r\nSHUTDOWN\r\n").ok());
  EXPECT_EQ(ReadAll(conn), "+PONG\r\n");
  running.AwaitStop();
}

// An expired key goes by itself: DBSIZE counts what has not been removed.
TEST(Server, RemovesKeysThatNobodyLooksFor) {
  Running running;
  const net::Conn conn = running.Dial();
  ASSERT_TRUE(conn.Write("SET k v PX 1\r\n").ok());
  Expect(conn, "+OK\r\n");
  std::string reply(4, '\0');
  while (reply != ":0\r\n") {
    ASSERT_TRUE(conn.Write("DBSIZE\r\n").ok());
    ASSERT_TRUE(conn.ReadFull(std::span(reply)).ok());
    Sleep(absl::Milliseconds(5));
  }
}

// Nonsense from many connections: each is answered or disconnected, and others go on being served. GORT_FUZZ_SEED repeats a run.
TEST(Server, SurvivesNonsense) {
  const char* const text = std::getenv("GORT_FUZZ_SEED");
  const std::uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device()();
  std::printf("GORT_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  constexpr std::string_view kPieces[] = {"*",
                                          "$",
                                          "\r\n",
                                          "1",
                                          "-1",
                                          "3",
                                          "99999999999",
                                          "*2\r\n$3\r\nGET\r\n",
                                          "SET k v\r\n",
                                          "\"",
                                          std::string_view("\0", 1),
                                          "$1\r\nk\r\n",
                                          "SUBSCRIBE c\r\n",
                                          "LPUSH l a\r\n",
                                          "QUIT",
                                          "\x80\xff",
                                          " ",
                                          "PUBLISH c m\r\n"};
  Running running;
  const net::Conn witness = running.Dial();
  WaitGroup clients;
  for (int client = 0; client < 8; ++client) {
    clients.Go([&, client] {
      std::mt19937_64 random(seed + static_cast<std::uint64_t>(client));
      for (int round = 0; round < 25; ++round) {
        std::string bytes;
        for (std::uint64_t n = random() % 30; n > 0; --n) bytes += kPieces[random() % std::size(kPieces)];
        const net::Conn conn = running.Dial();
        (void)conn.Write(bytes);
        (void)conn.CloseWrite();
        ReadAll(conn);
      }
    });
  }
  clients.Wait();
  ASSERT_TRUE(witness.Write("PING\r\n").ok());
  Expect(witness, "+PONG\r\n");
}

}  // namespace
}  // namespace gort::examples::redisd
