// Mutated requests: whatever comes, the parser ends in a defined state, within its limits, and says the same however the bytes are
// cut into pieces. GORT_FUZZ_SEED=n repeats a run.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/numbers.h"
#include "gort/examples/httpd/request_parser.h"
#include "gort/examples/httpd/syntax.h"
#include "gort/examples/httpd/target.h"
#include "gtest/gtest.h"

namespace gort::examples::httpd {
namespace {

constexpr int kRounds = 20'000;
constexpr Limits kLimits{.line_bytes = 200, .header_bytes = 500, .headers = 8, .body_bytes = 64};

constexpr std::string_view kSeeds[] = {
    "GET /a/../b%20c?d=e HTTP/1.1\r\nHost: localhost:80\r\nConnection: keep-alive\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;e=1\r\nwiki\r\n5\r\npedia\r\n0\r\nT: u\r\n\r\n",
    "GET http://a/%2e%2e/ HTTP/1.0\r\n\r\n",
};
constexpr std::string_view kPieces[] = {"\r\n", "\n", "\r",      " ", ":", "%", "%2e",
                                        "../",  "0",  "chunked", ";", ",", "\t"};
constexpr std::string_view kFields[] = {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n",
                                        "\r\n"};

std::uint64_t Seed() {
  std::uint64_t seed = 0;
  const char* given = std::getenv("GORT_FUZZ_SEED");
  return given != nullptr && absl::SimpleAtoi(given, &seed) ? seed : std::random_device()();
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t Below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  // One to three requests on one connection, changed in up to four places.
  std::string Make() {
    std::string bytes;
    for (std::size_t i = 0; i <= Below(3); ++i) bytes += kSeeds[Below(std::size(kSeeds))];
    for (std::size_t i = Below(5); i > 0; --i) Mutate(&bytes);
    return bytes;
  }

 private:
  void Mutate(std::string* bytes) {
    const std::size_t at = Below(bytes->size() + 1);
    switch (Below(5)) {
      case 0:
        bytes->insert(at, kPieces[Below(std::size(kPieces))]);
        return;
      case 1:
        bytes->erase(at, Below(4));
        return;
      case 2:
        bytes->insert(at, 1, static_cast<char>(Below(256)));
        return;
      case 3:
        bytes->insert(at, *bytes, Below(bytes->size() + 1), Below(300));
        return;
      default: {
        const std::size_t line = bytes->find("\r\n", at);
        if (line != std::string::npos) bytes->insert(line + 2, kFields[Below(std::size(kFields))]);
        return;
      }
    }
  }

  std::mt19937_64 random_;
};

// What the parser made of `bytes`, as text; pieces are as long as `next_size` says.
template <class NextSize>
std::string Transcript(std::string_view bytes, NextSize next_size) {
  RequestParser parser(kLimits);
  std::string transcript;
  while (!bytes.empty() && parser.rejection() == nullptr) {
    const std::string_view piece = bytes.substr(0, next_size());
    const std::size_t taken = parser.Feed(piece);
    EXPECT_TRUE(taken == piece.size() || parser.done() || parser.rejection() != nullptr);
    bytes.remove_prefix(taken);
    if (!parser.done()) continue;
    const Request request = parser.Take();
    EXPECT_LE(request.body.size(), kLimits.body_bytes);
    EXPECT_LE(request.headers.size(), kLimits.headers);
    transcript += request.method + " " + request.target + "\n";
    for (const Header& header : request.headers) {
      EXPECT_TRUE(IsToken(header.name) && IsFieldText(header.value));
      transcript += header.name + ": " + header.value + "\n";
    }
    transcript += request.body + "\n";
    const std::variant<Target, Rejection> target = ParseTarget(request);
    if (const Target* parsed = std::get_if<Target>(&target)) {
      EXPECT_EQ((parsed->path + "/").find("/../"), std::string::npos) << request.target;
    }
  }
  if (parser.rejection() != nullptr) transcript += std::string(parser.rejection()->sentence);
  return transcript;
}

TEST(RequestParserFuzz, SaysTheSameHoweverTheBytesAreCut) {
  const std::uint64_t seed = Seed();
  std::printf("GORT_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  Mutator mutator(seed);
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes = mutator.Make();
    const std::string whole = Transcript(bytes, [&] { return bytes.size(); });
    ASSERT_EQ(Transcript(bytes, [] { return 1; }), whole) << bytes;
    ASSERT_EQ(Transcript(bytes, [&] { return 1 + mutator.Below(20); }), whole) << bytes;
    accepted += whole.find(' ') != std::string::npos && whole.back() == '\n';
  }
  // Neither all nor none: otherwise the mutations tell nothing.
  EXPECT_GT(accepted, kRounds / 20);
  EXPECT_LT(accepted, kRounds * 19 / 20);
}

}  // namespace
}  // namespace gort::examples::httpd
