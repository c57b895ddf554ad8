#include "gort/runtime/net/address.h"

#include <string>

#include "gtest/gtest.h"

namespace gort::net {
namespace {

TEST(SplitHostPort, TakesHostAndPortApart) {
  const struct {
    const char* address;
    const char* host;
    const char* port;
  } cases[] = {{"localhost:http", "localhost", "http"}, {"127.0.0.1:80", "127.0.0.1", "80"}, {"[::1]:80", "::1", "80"},
               {":80", "", "80"},                       {"host:", "host", ""},               {"[fe80::1%lo]:1", "fe80::1%lo", "1"}};
  for (const auto& c : cases) {
    const auto parts = SplitHostPort(c.address);
    ASSERT_TRUE(parts.ok()) << c.address;
    EXPECT_EQ(parts->first, c.host);
    EXPECT_EQ(parts->second, c.port);
  }
}

TEST(SplitHostPort, SaysWhatIsWrongAsGoDoes) {
  const struct {
    const char* address;
    const char* why;
  } cases[] = {{"localhost", "missing port in address"}, {"[::1]", "missing port in address"}, {"::1:80", "too many colons in address"},
               {"[::1", "missing ']' in address"},       {"[a]b:1", "missing port in address"}, {"a]:1", "unexpected ']' in address"}};
  for (const auto& c : cases) {
    EXPECT_EQ(SplitHostPort(c.address).status().message(), std::string("address ") + c.address + ": " + c.why);
  }
}

TEST(SockAddr, TextsComeBack) {
  for (const char* text : {"127.0.0.1:80", "[::1]:65535", "0.0.0.0:0"}) {
    const auto parts = SplitHostPort(text);
    ASSERT_TRUE(parts.ok());
    SockAddr address;
    ASSERT_TRUE(SockAddr::Parse(parts->first, static_cast<std::uint16_t>(std::stoi(parts->second)), &address));
    EXPECT_EQ(address.String(), text);
  }
  SockAddr none;
  EXPECT_FALSE(SockAddr::Parse("localhost", 1, &none));
  EXPECT_FALSE(SockAddr::Parse("", 1, &none));
  EXPECT_EQ(SockAddr::Unix("/tmp/x")->String(), "/tmp/x");
  EXPECT_EQ(SockAddr::Unix("@x")->String(), "@x");
  EXPECT_EQ(SockAddr::Unix("")->String(), "@");
  EXPECT_FALSE(SockAddr::Unix(std::string(108, 'x')).ok());
}

}  // namespace
}  // namespace gort::net
