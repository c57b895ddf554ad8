#include "gort/examples/httpd/serve.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/examples/httpd/static_files.h"
#include "gtest/gtest.h"

namespace gort::examples::httpd {
namespace {

// A client that sends what it has been given, piece by piece, and then ends as `end` says (OK: it closes its half).
class Script final : public Stream {
 public:
  explicit Script(std::vector<std::string> pieces, absl::Status end = absl::OkStatus())
      : pieces_(std::move(pieces)), end_(std::move(end)) {}

  void Await(Phase phase) override { phases.push_back(phase); }

  absl::StatusOr<std::size_t> Read(std::span<char> buffer) override {
    answered_before_read.push_back(answer);
    if (next_ == pieces_.size()) return end_.ok() ? absl::StatusOr<std::size_t>(0) : end_;
    std::string& piece = pieces_[next_];
    const std::size_t n = std::min(piece.size(), buffer.size());
    std::copy_n(piece.begin(), n, buffer.begin());
    piece.erase(0, n);
    if (piece.empty()) ++next_;
    return n;
  }

  absl::Status Write(std::string_view bytes) override {
    ++writes;
    answer += bytes;
    return absl::OkStatus();
  }

  std::string answer;
  std::vector<std::string> answered_before_read;
  std::vector<Phase> phases;
  int writes = 0;

 private:
  std::vector<std::string> pieces_;
  absl::Status end_;
  std::size_t next_ = 0;
};

ServeOptions Echo() {
  ServeOptions options;
  options.unix_seconds = [] { return 784111777; };
  options.handler = [](const Request& request) {
    Response response;
    response.body = absl::StrCat(request.method, " ", request.target, " ", request.body);
    return response;
  };
  return options;
}

std::string Get(std::string_view target, std::string_view fields = "") {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n", fields, "\r\n");
}

std::string Ok(std::string_view body, std::string_view connection = "keep-alive") {
  return absl::StrCat("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: ", body.size(),
                      "\r\nConnection: ", connection, "\r\n\r\n", body);
}

TEST(Serve, AnswersPipelinedRequestsInOrderAndWithOneWrite) {
  Script client({Get("/1") + Get("/2") + Get("/3")});
  EXPECT_TRUE(Serve(client, Echo()).ok());
  EXPECT_EQ(client.answer, Ok("GET /1 ") + Ok("GET /2 ") + Ok("GET /3 "));
  EXPECT_EQ(client.writes, 1);
}

TEST(Serve, AnswersBeforeItWaitsForMore) {
  Script client({Get("/1"), Get("/2").substr(0, 9), Get("/2").substr(9)});
  EXPECT_TRUE(Serve(client, Echo()).ok());
  ASSERT_EQ(client.answered_before_read.size(), 4u);
  EXPECT_EQ(client.answered_before_read[1], Ok("GET /1 "));
  EXPECT_EQ(client.answer, Ok("GET /1 ") + Ok("GET /2 "));
}

TEST(Serve, SaysContinueBeforeTheBody) {
  Script client({"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", "ab"});
  EXPECT_TRUE(Serve(client, Echo()).ok());
  EXPECT_EQ(client.answered_before_read[1], "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(absl::EndsWith(client.answer, Ok("POST / ab")));
}

TEST(Serve, EndsTheConnectionWhereItsClientOrItselfWantsTo) {
  Script closing({Get("/1", "Connection: close\r\n") + Get("/2")});
  EXPECT_TRUE(Serve(closing, Echo()).ok());
  EXPECT_EQ(closing.answer, Ok("GET /1 ", "close"));

  Script old({"GET / HTTP/1.0\r\n\r\n" + Get("/2")});
  EXPECT_TRUE(Serve(old, Echo()).ok());
  EXPECT_EQ(old.answer, Ok("GET / ", "close"));

  ServeOptions two = Echo();
  two.requests = 2;
  Script third({Get("/1") + Get("/2") + Get("/3")});
  EXPECT_TRUE(Serve(third, two).ok());
  EXPECT_EQ(third.answer, Ok("GET /1 ") + Ok("GET /2 ", "close"));

  ServeOptions draining = Echo();
  draining.draining = [] { return true; };
  Script last({Get("/1") + Get("/2")});
  EXPECT_TRUE(Serve(last, draining).ok());
  EXPECT_EQ(last.answer, Ok("GET /1 ", "close"));
}

TEST(Serve, RefusesOnceAndReadsNoFurther) {
  Script client({Get("/1") + Get("/2", "Content-Length: 1\r\nContent-Length: 1\r\n") + Get("/3")});
  EXPECT_TRUE(Serve(client, Echo()).ok());
  EXPECT_TRUE(absl::StartsWith(client.answer, Ok("GET /1 ") + "HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(absl::EndsWith(client.answer, "\r\n\r\n400 Bad Request: There are two Content-Length fields.\n"));
  EXPECT_FALSE(absl::StrContains(client.answer, "/3"));
}

TEST(Serve, TellsASlowClientFromAnIdleOne) {
  Script idle({Get("/1")}, absl::DeadlineExceededError("i/o timeout"));
  EXPECT_TRUE(Serve(idle, Echo()).ok());
  EXPECT_EQ(idle.answer, Ok("GET /1 "));

  Script slow({"GET / HT"}, absl::DeadlineExceededError("i/o timeout"));
  EXPECT_TRUE(Serve(slow, Echo()).ok());
  EXPECT_TRUE(absl::StartsWith(slow.answer, "HTTP/1.1 408 Request Timeout\r\n"));

  Script gone({"GET / HT"});
  EXPECT_TRUE(Serve(gone, Echo()).ok());
  EXPECT_EQ(gone.answer, "");

  Script reset({}, absl::UnavailableError("connection reset by peer"));
  EXPECT_EQ(Serve(reset, Echo()).code(), absl::StatusCode::kUnavailable);
}

TEST(Serve, SaysOnceWhatOfARequestItWaitsFor) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  Script client({"PO", post.substr(2, 10), post.substr(12), "a", "bGET", " /", Get("/").substr(5)});
  EXPECT_TRUE(Serve(client, Echo()).ok());
  using enum Phase;
  EXPECT_EQ(client.phases, (std::vector<Phase>{kIdle, kHead, kBody, kHead, kIdle}));
  EXPECT_EQ(client.answer, Ok("POST / ab") + Ok("GET / "));
}

TEST(Serve, WritesNoFieldThatWouldBeginAnother) {
  ServeOptions options = Echo();
  options.handler = [](const Request&) {
    Response response;
    response.headers = {{"Location", "/a\r\nSet-Cookie: b"}, {"Bad name", "c"}, {"Good", "d"}};
    return response;
  };
  Script client({Get("/")});
  EXPECT_TRUE(Serve(client, options).ok());
  EXPECT_FALSE(absl::StrContains(client.answer, "Cookie"));
  EXPECT_FALSE(absl::StrContains(client.answer, "Bad"));
  EXPECT_TRUE(absl::StrContains(client.answer, "\r\nGood: d\r\n"));
}

class StaticFiles : public testing::Test {
 protected:
  StaticFiles()
      : folder_(absl::StrCat(testing::TempDir(), "/httpd_", getpid(), "_",
                             testing::UnitTest::GetInstance()->current_test_info()->name())) {
    mkdir(folder_.c_str(), 0755);
    mkdir((folder_ + "/root").c_str(), 0755);
    mkdir((folder_ + "/root/sub dir").c_str(), 0755);
    Put("/secret", "secret");
    Put("/root/big.bin", std::string(200'000, 'x'));
    Put("/root/ten.txt", "0123456789");
    Put("/root/sub dir/index.html", "<p>");
    EXPECT_EQ(symlink("../secret", (folder_ + "/root/link").c_str()), 0);
    EXPECT_EQ(symlink("..", (folder_ + "/root/up").c_str()), 0);
    EXPECT_EQ(mkfifo((folder_ + "/root/pipe").c_str(), 0644), 0);
  }

  void Put(const std::string& name, const std::string& text) { std::ofstream(folder_ + name) << text; }

  // The answer to one request.
  std::string Ask(std::string request) {
    absl::StatusOr<Root> root = Root::Open(folder_ + "/root");
    EXPECT_TRUE(root.ok()) << root.status();
    ServeOptions options = Echo();
    options.handler = [&](const Request& parsed) { return ServeFile(*root, parsed); };
    Script client({std::move(request)});
    status_ = Serve(client, options);
    return client.answer;
  }

  static std::string Body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
  static std::string Status(const std::string& answer) { return answer.substr(9, 3); }

  const std::string folder_;
  absl::Status status_;
};

TEST_F(StaticFiles, AreServedWhole) {
  const std::string answer = Ask(Get("/big.bin"));
  EXPECT_EQ(Status(answer), "200");
  EXPECT_EQ(Body(answer), std::string(200'000, 'x'));
  EXPECT_TRUE(absl::StrContains(answer, "\r\nContent-Length: 200000\r\n"));
  EXPECT_TRUE(absl::StrContains(Ask(Get("/ten.txt")), "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
}

TEST_F(StaticFiles, AreServedInParts) {
  const std::string part = Ask(Get("/ten.txt", "Range: bytes=2-4\r\n"));
  EXPECT_EQ(Status(part), "206");
  EXPECT_EQ(Body(part), "234");
  EXPECT_TRUE(absl::StrContains(part, "\r\nContent-Range: bytes 2-4/10\r\n"));
  const std::string beyond = Ask(Get("/ten.txt", "Range: bytes=10-\r\n"));
  EXPECT_EQ(Status(beyond), "416");
  EXPECT_TRUE(absl::StrContains(beyond, "\r\nContent-Range: bytes */10\r\n"));
  EXPECT_EQ(Status(Ask(Get("/ten.txt", "Range: bytes=2-4\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))), "200");
}

TEST_F(StaticFiles, AreNotSentAgainUnlessTheyHaveChanged) {
  const std::string first = Ask(Get("/ten.txt"));
  const std::size_t at = first.find("Last-Modified: ") + 15;
  const std::string modified = first.substr(at, first.find('\r', at) - at);
  const std::string again = Ask(Get("/ten.txt", absl::StrCat("If-Modified-Since: ", modified, "\r\n")));
  EXPECT_EQ(Status(again), "304");
  EXPECT_EQ(Body(again), "");
  EXPECT_FALSE(absl::StrContains(again, "Content-Length"));
  EXPECT_EQ(Status(Ask(Get("/ten.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))), "200");
}

TEST_F(StaticFiles, HaveAHeadWithoutABody) {
  const std::string answer = Ask("HEAD /ten.txt HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Body(answer), "");
  EXPECT_TRUE(absl::StrContains(answer, "\r\nContent-Length: 10\r\n"));
}

TEST_F(StaticFiles, StandForTheirFolder) {
  EXPECT_EQ(Body(Ask(Get("/sub%20dir/"))), "<p>");
  const std::string redirected = Ask(Get("/sub%20dir"));
  EXPECT_EQ(Status(redirected), "301");
  EXPECT_TRUE(absl::StrContains(redirected, "\r\nLocation: /sub%20dir/\r\n"));
  EXPECT_EQ(Status(Ask(Get("/"))), "404");
}

TEST_F(StaticFiles, EndAtTheRoot) {
  for (const char* target : {"/link", "/up/secret", "/up", "/pipe", "/ten.txt/", "/ten.txt/x", "/none"}) {
    EXPECT_EQ(Status(Ask(Get(target))), "404") << target;
  }
  EXPECT_EQ(Status(Ask(Get("/../secret"))), "400");
  EXPECT_EQ(Status(Ask(Get("/%2e%2e/secret"))), "400");
}

TEST_F(StaticFiles, CannotBeWritten) {
  const std::string answer = Ask("DELETE /ten.txt HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Status(answer), "405");
  EXPECT_TRUE(absl::StrContains(answer, "\r\nAllow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_EQ(Status(Ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")), "204");
}

TEST(Root, ThatIsNoneIsRefused) {
  EXPECT_EQ(Root::Open("/does/not/exist").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace gort::examples::httpd
