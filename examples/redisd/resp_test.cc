// What clients send and what is answered, byte by byte.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gort/examples/redisd/glob.h"
#include "gort/examples/redisd/number.h"
#include "gort/examples/redisd/reply.h"
#include "gort/examples/redisd/resp_parser.h"
#include "gtest/gtest.h"

namespace gort::examples::redisd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Parsed {
  std::vector<Command> commands;
  std::string error;
};

// Parses `input` in pieces of `size` bytes.
Parsed Parse(std::string_view input, std::size_t size) {
  RespParser parser;
  Parsed parsed;
  while (!input.empty() && parser.error().empty()) {
    std::string_view piece = input.substr(0, size);
    input.remove_prefix(piece.size());
    while (!piece.empty() && parser.error().empty()) {
      piece.remove_prefix(parser.Feed(piece));
      if (parser.done()) parsed.commands.push_back(parser.Take());
    }
  }
  parsed.error = parser.error();
  return parsed;
}

Parsed Parse(std::string_view input) { return Parse(input, input.size()); }

std::string ErrorOf(std::string_view input) { return Parse(input).error; }

TEST(RespParser, ReadsArraysOfBulkStrings) {
  for (const std::size_t size : {1u, 2u, 3u, 100u}) {
    const Parsed parsed = Parse("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$0\r\n\r\n", size);
    EXPECT_THAT(parsed.commands, ElementsAre(ElementsAre("GET", "k"), ElementsAre("")));
    EXPECT_EQ(parsed.error, "");
  }
}

TEST(RespParser, ReadsBytesThatLookLikeSyntax) {
  EXPECT_THAT(Parse("*1\r\n$8\r\n*1\r\n$1\r\n\r\n").commands, ElementsAre(ElementsAre("*1\r\n$1\r\n")));
}

TEST(RespParser, ReadsInlineCommandsWithQuotes) {
  EXPECT_THAT(Parse("SET  k \"a b\\x41\\n\"\r\nget 'it\\'s'\n").commands,
              ElementsAre(ElementsAre("SET", "k", "a bA\n"), ElementsAre("get", "it's")));
  EXPECT_EQ(ErrorOf("SET k \"a\r\n"), "Protocol error: unbalanced quotes in request");
  EXPECT_EQ(ErrorOf("SET k \"a\"b\r\n"), "Protocol error: unbalanced quotes in request");
}

TEST(RespParser, PassesOverEmptyCommands) {
  EXPECT_THAT(Parse("\r\n*0\r\n*-1\r\nPING\r\n").commands, ElementsAre(ElementsAre("PING")));
}

TEST(RespParser, SaysWhatIsWrongInRedisWords) {
  EXPECT_EQ(ErrorOf("*x\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(ErrorOf("*99999999\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(ErrorOf("*1\r\n$-1\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(ErrorOf("*1\r\n$999999999999\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(ErrorOf("*1\r\n:1\r\n"), "Protocol error: expected '$', got ':'");
  EXPECT_EQ(ErrorOf(std::string(70'000, 'a')), "Protocol error: too big inline request");
  EXPECT_EQ(ErrorOf("*" + std::string(70'000, '1')), "Protocol error: too big mbulk count string");
}

TEST(RespParser, AnnouncedSizesCostNothing) {
  RespParser parser;
  EXPECT_GT(parser.Feed("*1048576\r\n$536870912\r\nx"), 0u);
  EXPECT_EQ(parser.error(), "");
  EXPECT_FALSE(parser.done());
}

TEST(Reply, IsWrittenAsRedisWritesIt) {
  std::string out;
  Reply reply(&out);
  reply.Ok();
  reply.Integer(-7);
  reply.Bulk("a\r\n");
  reply.Null();
  reply.NullArray();
  reply.Array(2);
  EXPECT_EQ(out, "+OK\r\n:-7\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n*2\r\n");
}

TEST(Reply, ErrorsStayOnOneLine) {
  std::string out;
  Reply(&out).Error("ERR a\r\n+OK");
  EXPECT_EQ(out, "-ERR a  +OK\r\n");
}

TEST(ParseInteger, TakesWhatPrintingWouldGive) {
  EXPECT_EQ(ParseInteger("0"), 0);
  EXPECT_EQ(ParseInteger("-17"), -17);
  EXPECT_EQ(ParseInteger("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const std::string_view text : {"", "-", "-0", "01", "+1", " 1", "1 ", "1.0", "9223372036854775808"}) {
    EXPECT_EQ(ParseInteger(text), std::nullopt) << text;
  }
}

TEST(GlobMatch, KnowsRedisPatterns) {
  EXPECT_TRUE(GlobMatch("h?llo", "hello"));
  EXPECT_TRUE(GlobMatch("h*o", "ho"));
  EXPECT_TRUE(GlobMatch("h[a-e]l*", "hello"));
  EXPECT_TRUE(GlobMatch("h[^x]llo", "hello"));
  EXPECT_TRUE(GlobMatch("h\\*o", "h*o"));
  EXPECT_FALSE(GlobMatch("h\\*o", "hello"));
  EXPECT_FALSE(GlobMatch("h[^e]llo", "hello"));
  EXPECT_FALSE(GlobMatch("", "a"));
  EXPECT_TRUE(GlobMatch("*", ""));
  EXPECT_FALSE(GlobMatch("a[", "a["));
}

// Exponential for a matcher that tries each star's choices.
TEST(GlobMatch, ManyStarsTakeNoLongerThanTheirProduct) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(GlobMatch(pattern + "b", std::string(1000, 'a')));
}

}  // namespace
}  // namespace gort::examples::redisd
