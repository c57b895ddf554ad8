#include <string>
#include <string_view>
#include <variant>

#include "gort/examples/httpd/date.h"
#include "gort/examples/httpd/mime.h"
#include "gort/examples/httpd/range.h"
#include "gort/examples/httpd/target.h"
#include "gtest/gtest.h"

namespace gort::examples::httpd {
namespace {

// The decoded path, or the status of the rejection.
std::string PathOf(std::string target, std::string method = "GET") {
  const Request request{.method = std::move(method), .target = std::move(target)};
  const std::variant<Target, Rejection> parsed = ParseTarget(request);
  if (const Rejection* rejection = std::get_if<Rejection>(&parsed)) return std::to_string(rejection->status);
  return std::get<Target>(parsed).path;
}

TEST(Target, IsDecodedAndCleaned) {
  EXPECT_EQ(PathOf("/"), "/");
  EXPECT_EQ(PathOf("/a%20b/c?d#"), "400");
  EXPECT_EQ(PathOf("/a%20b/c?d=%zz"), "/a b/c");
  EXPECT_EQ(PathOf("//a///b/./"), "/a/b/");
  EXPECT_EQ(PathOf("/a/b/../c"), "/a/c");
  EXPECT_EQ(PathOf("/a/b/.."), "/a/");
  EXPECT_EQ(PathOf("/a+b"), "/a+b");
  EXPECT_EQ(PathOf("/..."), "/...");
}

TEST(Target, CannotLeaveTheRoot) {
  for (const char* target :
       {"/..", "/../etc/passwd", "/a/../../b", "/%2e%2e/b", "/.%2E/b", "/a/%2e./%2e%2e/%2e%2e/b"}) {
    EXPECT_EQ(PathOf(target), "400") << target;
  }
  EXPECT_EQ(PathOf("/a%2fb"), "400");
  EXPECT_EQ(PathOf("/a%00b"), "400");
}

TEST(Target, WithAMalformedEscapeIsRefused) {
  for (const char* target : {"/%", "/%4", "/%4g", "/%%41", "/a%/b"}) EXPECT_EQ(PathOf(target), "400") << target;
  EXPECT_EQ(PathOf("/%41"), "/A");
}

TEST(Target, HasFourForms) {
  EXPECT_EQ(PathOf("http://host"), "/");
  EXPECT_EQ(PathOf("HTTP://host:80/a?b"), "/a");
  EXPECT_EQ(PathOf("http://host?a"), "400");
  EXPECT_EQ(PathOf("http:///a"), "400");
  EXPECT_EQ(PathOf("http://u@host/a"), "400");
  EXPECT_EQ(PathOf("a"), "400");
  EXPECT_EQ(PathOf("ftp://a/"), "400");
  EXPECT_EQ(PathOf("*"), "400");
  EXPECT_EQ(PathOf("*", "OPTIONS"), "*");
  EXPECT_EQ(PathOf("host:443", "CONNECT"), "501");
}

TEST(Range, IsOnePartOfTheFile) {
  const auto text = [](std::string_view value, std::uint64_t size) -> std::string {
    const Range range = ParseRange(value, size);
    if (range.kind == Range::Kind::kWhole) return "whole";
    if (range.kind == Range::Kind::kUnsatisfiable) return "416";
    return std::to_string(range.first) + "+" + std::to_string(range.length);
  };
  EXPECT_EQ(text("bytes=0-0", 10), "0+1");
  EXPECT_EQ(text("bytes=3-", 10), "3+7");
  EXPECT_EQ(text("bytes=3-100", 10), "3+7");
  EXPECT_EQ(text("bytes=-4", 10), "6+4");
  EXPECT_EQ(text("bytes=-40", 10), "0+10");
  EXPECT_EQ(text("bytes=10-", 10), "416");
  EXPECT_EQ(text("bytes=-0", 10), "416");
  EXPECT_EQ(text("bytes=0-", 0), "416");
  EXPECT_EQ(text("bytes=0-18446744073709551615", 10), "0+10");
  for (const char* ignored : {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=+1-2",
                              "bytes=1-18446744073709551616", "bytes=a-b"}) {
    EXPECT_EQ(text(ignored, 10), "whole") << ignored;
  }
}

TEST(Date, IsReadAsItIsWritten) {
  EXPECT_EQ(FormatHttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  for (const char* other :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "}) {
    EXPECT_EQ(ParseHttpDate(other), std::nullopt) << other;
  }
}

TEST(DateCache, FollowsTheClock) {
  DateCache cache;
  EXPECT_EQ(cache.At(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.At(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.At(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
}

TEST(MimeType, DependsOnTheEndOfTheName) {
  EXPECT_EQ(MimeType("/a.html"), "text/html; charset=utf-8");
  EXPECT_EQ(MimeType("/a.b.PNG"), "image/png");
  EXPECT_EQ(MimeType("/html"), "application/octet-stream");
  EXPECT_EQ(MimeType("/a.html/b"), "application/octet-stream");
}

}  // namespace
}  // namespace gort::examples::httpd
