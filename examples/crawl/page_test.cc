#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gort/examples/crawl/response_parser.h"
#include "gort/examples/crawl/url.h"
#include "gtest/gtest.h"

namespace gort::examples::crawl {
namespace {

std::string Parsed(std::string_view text) {
  const absl::StatusOr<Url> url = ParseUrl(text);
  return url.ok() ? url->ToString() + " at " + url->Address() : std::string(url.status().message());
}

TEST(Url, IsReadAndMadeUniform) {
  EXPECT_EQ(Parsed("http://a"), "http://a/ at a:80");
  EXPECT_EQ(Parsed("HTTP://A:81/x/./y/../z?q=../1#part"), "http://a:81/x/z?q=../1 at a:81");
  EXPECT_EQ(Parsed("http://a?q"), "http://a/?q at a:80");
  EXPECT_EQ(Parsed("http://[::1]:8/x/"), "http://[::1]:8/x/ at [::1]:8");
  EXPECT_EQ(Parsed("http://[::1]/../.."), "http://[::1]/ at [::1]:80");
}

TEST(Url, SaysWhatIsWrong) {
  EXPECT_EQ(Parsed("https://a/"), "\"https://a/\" does not begin with http://");
  EXPECT_EQ(Parsed(""), "\"\" does not begin with http://");
  EXPECT_EQ(Parsed("http://"), "\"http://\" has no host");
  EXPECT_EQ(Parsed("http://:80/"), "\"http://:80/\" has no host");
  EXPECT_EQ(Parsed("http://a:b/"), "\"http://a:b/\" has a port that is none");
  EXPECT_EQ(Parsed("http://a:/"), "\"http://a:/\" has a port that is none");
  EXPECT_EQ(Parsed("http://a:65536/"), "\"http://a:65536/\" has a port that is none");
  EXPECT_EQ(Parsed("http://u@a/"), "\"http://u@a/\" has a user's name, which is not supported");
  EXPECT_EQ(Parsed("http://a/x y"), "\"http://a/x y\" has a blank, or a byte that no URL has");
}

TEST(Url, LinksAreResolvedAgainstTheirPage) {
  const Url page = *ParseUrl("http://a:1/d/e?q");
  const auto resolved = [&page](std::string_view link) {
    const std::optional<Url> url = Resolve(page, link);
    return url ? url->ToString() : "none";
  };
  EXPECT_EQ(resolved("f"), "http://a:1/d/f");
  EXPECT_EQ(resolved(" ../f#x "), "http://a:1/f");
  EXPECT_EQ(resolved("../../.."), "http://a:1/");
  EXPECT_EQ(resolved("/f"), "http://a:1/f");
  EXPECT_EQ(resolved("?r"), "http://a:1/d/e?r");
  EXPECT_EQ(resolved("//b/f"), "http://b/f");
  EXPECT_EQ(resolved("http://b/f"), "http://b/f");
  for (const char* none : {"", "#x", "https://b/", "mailto:a@b", "javascript:f()", "x y"}) EXPECT_EQ(resolved(none), "none") << none;
}

TEST(Links, AreFoundInHtml) {
  const std::vector<std::string> want = {"a", "b?x=1&y=2", "c", "d"};
  EXPECT_EQ(FindLinks("<a href=\"a\">1</a> <A class=x HREF = 'b?x=1&amp;y=2'> <link href=c> xhref=no hrefs=no <a\nhref=d > href=\"cut"), want);
  EXPECT_TRUE(FindLinks("").empty());
  EXPECT_TRUE(FindLinks(" href").empty());
  EXPECT_TRUE(FindLinks(" href=").empty());
}

// What becomes of a response, in pieces of `step` bytes: "STATUS BODY", or what is wrong.
std::string Read(std::string_view response, std::size_t step, bool ends) {
  ResponseParser parser;
  absl::Status status;
  for (std::size_t at = 0; at < response.size() && status.ok(); at += step) status = parser.Feed(response.substr(at, step));
  if (status.ok() && ends) status = parser.End();
  if (!status.ok()) return std::string(status.message());
  return parser.done() ? std::to_string(parser.page().status) + " " + parser.page().body : "more";
}

void ExpectRead(std::string_view response, std::string_view want, bool ends = false) {
  for (std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) EXPECT_EQ(Read(response, step, ends), want) << response;
}

TEST(Response, ItsEndIsFoundInEachWay) {
  ExpectRead("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 abc");
  ExpectRead("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 ");
  ExpectRead("HTTP/1.1 404\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "404 abc0123456789");
  ExpectRead("HTTP/1.0 200 OK\r\n\r\nabc", "200 abc", true);
  ExpectRead("HTTP/1.1 204 No Content\r\n\r\n", "204 ");
  ExpectRead("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 x");
}

TEST(Response, SaysWhatIsWrong) {
  ExpectRead("", "malformed response: the server sent nothing", true);
  ExpectRead("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "malformed response: it ends too early", true);
  ExpectRead("SSH-2.0-OpenSSH\r\n", "malformed response: the first line is no status line");
  ExpectRead("HTTP/1.1 2000 OK\r\n", "malformed response: the first line is no status line");
  ExpectRead("HTTP/1.1 200 OK\n", "malformed response: a line ends without CR");
  ExpectRead("HTTP/1.1 200 OK\r\nno field\r\n", "malformed response: a line of the head is no field");
  ExpectRead("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "malformed response: Content-Length is no number");
  ExpectRead("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", "malformed response: two different Content-Lengths");
  ExpectRead("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", "malformed response: a transfer encoding other than chunked");
  ExpectRead("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "malformed response: the size of a chunk");
  ExpectRead("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "malformed response: a chunk is longer than it says");
}

TEST(Response, HasBounds) {
  const std::string field = "X: " + std::string(ResponseParser::kMaxHeadBytes, 'x');
  EXPECT_EQ(Read("HTTP/1.1 200 OK\r\n" + field, 1000, false), "the head of the response is too large");
  const std::string body(ResponseParser::kMaxBodyBytes + 1, 'x');
  EXPECT_EQ(Read("HTTP/1.1 200 OK\r\n\r\n" + body, 1 << 20, false), "the body of the response is too large");
}

}  // namespace
}  // namespace gort::examples::crawl
