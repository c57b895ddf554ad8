// What commands do that a comparison with redis-server cannot say: time, and who gets which message when. The rest: compare_test.sh.
#include "gort/examples/redisd/session.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gort::examples::redisd {
namespace {

using ::testing::HasSubstr;

class Recorder : public Subscriber {
 public:
  void Deliver(std::string_view bytes) override { absl::StrAppend(&received, bytes); }
  std::string received;
};

class SessionTest : public testing::Test {
 protected:
  // The replies to lines of inline commands.
  std::string Do(std::string_view lines) {
    std::string out;
    session_.Feed(absl::StrCat(lines, "\r\n"), now_ms_, &out);
    return out;
  }

  Databases databases_;
  Recorder recorder_;
  Session session_{&databases_, &recorder_};
  std::int64_t now_ms_ = 1'000'000;
};

TEST_F(SessionTest, AKeyIsGoneAtItsMillisecond) {
  EXPECT_EQ(Do("SET k v PX 100"), "+OK\r\n");
  now_ms_ += 99;
  EXPECT_EQ(Do("GET k"), "$1\r\nv\r\n");
  EXPECT_EQ(Do("PTTL k"), ":1\r\n");
  now_ms_ += 1;
  EXPECT_EQ(Do("GET k"), "$-1\r\n");
  EXPECT_EQ(Do("TTL k"), ":-2\r\n");
}

TEST_F(SessionTest, SetForgetsTheTimeUnlessKeepTtl) {
  Do("SET k v EX 10");
  EXPECT_EQ(Do("SET k w KEEPTTL\nTTL k"), "+OK\r\n:10\r\n");
  EXPECT_EQ(Do("SET k w\nTTL k"), "+OK\r\n:-1\r\n");
}

TEST_F(SessionTest, ACounterKeepsItsTime) { EXPECT_EQ(Do("SET n 1 EX 10\nINCR n\nTTL n"), "+OK\r\n:2\r\n:10\r\n"); }

TEST_F(SessionTest, ARenamedKeyKeepsItsTime) {
  EXPECT_EQ(Do("SET k v EX 10\nRENAME k j\nTTL j\nEXISTS k"), "+OK\r\n+OK\r\n:10\r\n:0\r\n");
}

TEST_F(SessionTest, WhatNobodyLooksForIsRemoved) {
  Do("SET a 1 PX 10\nSET b 1 PX 20\nSET c 1");
  EXPECT_EQ(databases_.stores[0].ExpireDue(now_ms_ + 10, 100), 1u);
  EXPECT_EQ(databases_.stores[0].ExpireDue(now_ms_ + 1000, 100), 1u);
  EXPECT_EQ(Do("DBSIZE"), ":1\r\n");
}

TEST_F(SessionTest, ACommandInPiecesIsExecutedOnce) {
  std::string out;
  for (const char c : std::string_view("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n")) session_.Feed({&c, 1}, now_ms_, &out);
  EXPECT_EQ(out, ":1\r\n");
}

TEST_F(SessionTest, QuitEndsBeforeWhatFollows) {
  EXPECT_EQ(Do("QUIT\nSET k v"), "+OK\r\n");
  EXPECT_TRUE(session_.closing());
  EXPECT_EQ(databases_.stores[0].size(), 0u);
}

TEST_F(SessionTest, NonsenseIsAnsweredOnceAndIsTheEnd) {
  EXPECT_EQ(Do("*x\r\nPING"), "-ERR Protocol error: invalid multibulk length\r\n");
  EXPECT_TRUE(session_.closing());
}

TEST_F(SessionTest, RepliesAndMessagesComeInOrder) {
  Recorder other_recorder;
  Session other(&databases_, &other_recorder);
  std::string out;
  // What was answered before SUBSCRIBE in the same batch comes first as well.
  EXPECT_EQ(Do("PING\nSUBSCRIBE c"), "");
  other.Feed("PUBLISH c hi\n", now_ms_, &out);
  EXPECT_EQ(out, ":1\r\n");
  EXPECT_EQ(Do("PING"), "");
  EXPECT_EQ(recorder_.received,
            "+PONG\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"
            "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  EXPECT_EQ(Do("UNSUBSCRIBE"), "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n");
  other.Feed("PUBLISH c hi\n", now_ms_, &out);
  EXPECT_THAT(out, HasSubstr(":0\r\n"));
}

TEST_F(SessionTest, PatternsAndChannelsAreDeliveredEach) {
  Do("SUBSCRIBE news\nPSUBSCRIBE n*");
  recorder_.received.clear();
  Recorder other_recorder;
  Session other(&databases_, &other_recorder);
  std::string out;
  other.Feed("PUBLISH news x\n", now_ms_, &out);
  EXPECT_EQ(out, ":2\r\n");
  EXPECT_EQ(
      recorder_.received,
      "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$1\r\nx\r\n");
}

TEST_F(SessionTest, OnlyAFewCommandsWhileSubscribed) {
  Do("SUBSCRIBE c");
  Do("GET k");
  EXPECT_THAT(recorder_.received, HasSubstr("-ERR Can't execute 'get': only (P|S)SUBSCRIBE"));
  Do("RESET");
  EXPECT_EQ(Do("GET k"), "$-1\r\n");
}

TEST(Session, LeavesItsChannelsWhenItEnds) {
  Databases databases;
  Recorder recorder;
  {
    Session session(&databases, &recorder);
    std::string out;
    session.Feed("SUBSCRIBE a b\nPSUBSCRIBE c*\n", 0, &out);
  }
  EXPECT_EQ(databases.pubsub.Publish("a", "x"), 0u);
  EXPECT_EQ(databases.pubsub.PatternCount(), 0u);
  EXPECT_EQ(databases.sessions, 0u);
}

}  // namespace
}  // namespace gort::examples::redisd
