#include "gort/examples/httpd/request_parser.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gort::examples::httpd {
namespace {

struct Case {
  std::string_view name;
  std::string bytes;
  int status;
};

// Feeds `bytes` in pieces of `piece`; returns the status of the rejection, 0 for none.
int StatusOf(std::string_view bytes, std::size_t piece, const Limits& limits = Limits()) {
  RequestParser parser(limits);
  while (!bytes.empty() && !parser.done() && parser.rejection() == nullptr) {
    const std::size_t size = std::min(piece, bytes.size());
    bytes.remove_prefix(parser.Feed(bytes.substr(0, size)));
  }
  return parser.rejection() != nullptr ? parser.rejection()->status : 0;
}

std::string Head(std::string_view fields) { return absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\n", fields, "\r\n"); }

TEST(RequestParser, ReadsARequestInPiecesOfAnySize) {
  const std::string bytes =
      "POST /a?b HTTP/1.1\r\nHost: x:80\r\nX-Empty:\r\nX-Blanks: \t a b \t\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "4;name=\"v\"\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: t\r\n\r\nGET";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    RequestParser parser{Limits()};
    std::size_t taken = 0;
    while (!parser.done()) {
      const std::size_t n = parser.Feed(std::string_view(bytes).substr(taken, piece));
      ASSERT_EQ(parser.rejection(), nullptr) << parser.rejection()->sentence;
      taken += n;
    }
    EXPECT_EQ(bytes.substr(taken), "GET");
    const Request request = parser.Take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/a?b");
    EXPECT_EQ(request.body, "wikipedia");
    EXPECT_EQ(*request.Find("x-empty"), "");
    EXPECT_EQ(*request.Find("x-blanks"), "a b");
    EXPECT_EQ(request.Find("trailer"), nullptr);
    EXPECT_TRUE(parser.idle());
  }
}

TEST(RequestParser, TakesPipelinedRequestsOneByOne) {
  const std::string one = "GET /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  const std::string two = "\r\nGET /2 HTTP/1.0\r\n\r\n";
  const std::string both = one + two;
  RequestParser parser{Limits()};
  EXPECT_EQ(parser.Feed(both), one.size());
  EXPECT_EQ(parser.Take().body, "abc");
  EXPECT_EQ(parser.Feed(two), two.size());
  EXPECT_EQ(parser.Take().target, "/2");
}

TEST(RequestParser, KnowsWhetherTheConnectionGoesOn) {
  const auto keep_alive = [](std::string_view bytes) {
    RequestParser parser{Limits()};
    parser.Feed(bytes);
    EXPECT_TRUE(parser.done()) << bytes;
    return parser.Take().keep_alive;
  };
  EXPECT_TRUE(keep_alive("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep_alive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, AsksForContinueOnceAndOnlyBeforeABody) {
  RequestParser parser{Limits()};
  parser.Feed(Head("Content-Length: 1\r\nExpect: 100-Continue\r\n"));
  EXPECT_TRUE(parser.TakeContinue());
  EXPECT_FALSE(parser.TakeContinue());
  parser.Feed("x");
  EXPECT_TRUE(parser.done());
  parser.Take();
  parser.Feed(Head("Expect: 100-continue\r\n"));
  EXPECT_FALSE(parser.TakeContinue());
}

TEST(RequestParser, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  const std::vector<Case> cases = {
      {"two lengths", Head("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
      {"two equal lengths", Head("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
      {"list of lengths", Head("Content-Length: 1, 1\r\n"), 400},
      {"signed length", Head("Content-Length: +1\r\n"), 400},
      {"empty length", Head("Content-Length:\r\n"), 400},
      {"hexadecimal length", Head("Content-Length: 0x1\r\n"), 400},
      {"length and chunks", Head("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"chunks and length", Head("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400},
      {"two codings", Head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"chunked not last", Head("Transfer-Encoding: chunked, identity\r\n"), 400},
      {"vertical tab", Head("Transfer-Encoding: \vchunked\r\n"), 400},
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"unknown coding", Head("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"bare CR in a field", Head("A: b\rC: d\r\n"), 400},
      {"NUL in a field", Head(std::string("A: b\0c\r\n", 9)), 400},
      {"folded line", Head("A: b\r\n c\r\n"), 400},
      {"folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"blank before colon", Head("Content-Length : 1\r\n"), 400},
      {"no colon", Head("Content-Length\r\n"), 400},
      {"no name", Head(": 1\r\n"), 400},
      {"chunk with sign", Head("Transfer-Encoding: chunked\r\n") + "+1\r\na\r\n", 400},
      {"chunk with 0x", Head("Transfer-Encoding: chunked\r\n") + "0x1\r\na\r\n", 400},
      {"chunk with blank", Head("Transfer-Encoding: chunked\r\n") + "1 \r\na\r\n", 400},
      {"chunk without size", Head("Transfer-Encoding: chunked\r\n") + "\r\na\r\n", 400},
      {"chunk with bare LF", Head("Transfer-Encoding: chunked\r\n") + "1\na\r\n", 400},
      {"chunk that overflows", Head("Transfer-Encoding: chunked\r\n") + "10000000000000001\r\na\r\n", 400},
      {"chunk too long", Head("Transfer-Encoding: chunked\r\n") + "1\r\nab\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"lower case version", "GET / http/1.1\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\n\r\n", 400},
      {"blank in target", "GET /a b HTTP/1.1\r\n\r\n", 400},
      {"method no token", "G(T / HTTP/1.1\r\n\r\n", 400},
      {"version 2", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"unknown expectation", Head("Expect: more\r\n"), 417},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(StatusOf(c.bytes, c.bytes.size()), c.status) << c.name;
    EXPECT_EQ(StatusOf(c.bytes, 1), c.status) << c.name << ", byte by byte";
  }
}

TEST(RequestParser, KeepsNoMoreThanItsLimits) {
  const Limits limits{.line_bytes = 100, .header_bytes = 300, .headers = 5, .body_bytes = 10};
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  std::string extensions = Head(chunked);
  for (int i = 0; i < 8; ++i) absl::StrAppend(&extensions, "1;", std::string(50, 'x'), "\r\na\r\n");
  std::string empty_lines;
  for (int i = 0; i < 200; ++i) empty_lines += "\r\n";
  const std::vector<Case> cases = {
      {"request line", "GET /" + std::string(200, 'a'), 414},
      {"field", Head("A: " + std::string(200, 'a')), 431},
      {"all fields",
       Head(absl::StrCat("A: ", std::string(90, 'a'), "\r\nB: ", std::string(90, 'a'), "\r\nC: ", std::string(90, 'a'),
                         "\r\nD: ", std::string(90, 'a'), "\r\n")),
       431},
      {"number of fields", Head("A:\r\nB:\r\nC:\r\nD:\r\nE:\r\nF:\r\n"), 431},
      {"body", Head("Content-Length: 11\r\n"), 413},
      {"length beyond 64 bits", Head("Content-Length: 18446744073709551616\r\n"), 413},
      {"chunk", Head(chunked) + "b\r\n", 413},
      {"chunks altogether", Head(chunked) + "9\r\n123456789\r\n2\r\n", 413},
      {"chunk's line", Head(chunked) + "1;" + std::string(200, 'a'), 400},
      {"extensions altogether", extensions, 431},
      {"trailer", Head(chunked) + "0\r\nA: " + std::string(200, 'a'), 431},
      {"empty lines", empty_lines, 400},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(StatusOf(c.bytes, c.bytes.size(), limits), c.status) << c.name;
    EXPECT_EQ(StatusOf(c.bytes, 1, limits), c.status) << c.name << ", byte by byte";
  }
  EXPECT_EQ(StatusOf(Head("Content-Length: 10\r\n") + "0123456789", 7, limits), 0);
}

}  // namespace
}  // namespace gort::examples::httpd
