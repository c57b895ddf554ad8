// Random bytes: the parser neither crashes nor reads what it was not given (run it with --config=asan), and where the input is cut into
// pieces makes no difference. GORT_FUZZ_SEED repeats a run.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/resp_parser.h"
#include "gtest/gtest.h"

namespace gort::examples::redisd {
namespace {

using Random = std::mt19937_64;

std::uint64_t Seed() {
  const char* const text = std::getenv("GORT_FUZZ_SEED");
  const std::uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device()();
  std::printf("GORT_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

std::size_t Below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::string RandomBytes(Random& random, std::size_t most) {
  std::string bytes(Below(random, most + 1), '\0');
  for (char& c : bytes) c = static_cast<char>(Below(random, 256));
  return bytes;
}

std::string Encode(const Command& command) {
  std::string bytes = absl::StrCat("*", command.size(), "\r\n");
  for (const std::string& argument : command) absl::StrAppend(&bytes, "$", argument.size(), "\r\n", argument, "\r\n");
  return bytes;
}

// What the parser makes of `input`, as text, when it is cut by `piece`.
template <class Piece>
std::string Outcome(std::string_view input, Piece piece) {
  RespParser parser;
  std::string outcome;
  while (!input.empty() && parser.error().empty()) {
    std::string_view rest = input.substr(0, piece());
    input.remove_prefix(rest.size());
    // A copy, so that AddressSanitizer sees a step beyond the end.
    const std::vector<char> copy(rest.begin(), rest.end());
    rest = std::string_view(copy.data(), copy.size());
    while (!rest.empty() && parser.error().empty()) {
      rest.remove_prefix(parser.Feed(rest));
      if (!parser.done()) continue;
      const Command command = parser.Take();
      EXPECT_FALSE(command.empty());
      outcome += Encode(command);
    }
  }
  return absl::StrCat(outcome, parser.error());
}

TEST(RespParserFuzz, EveryCommandComesBackWhereverItIsCut) {
  Random random(Seed());
  for (int round = 0; round < 500; ++round) {
    std::string input;
    for (std::size_t commands = 1 + Below(random, 5); commands > 0; --commands) {
      Command command(1 + Below(random, 6));
      for (std::string& argument : command) argument = RandomBytes(random, 40);
      input += Encode(command);
    }
    ASSERT_EQ(Outcome(input, [&] { return 1 + Below(random, 9); }), input);
  }
}

TEST(RespParserFuzz, DamagedInputMeansTheSameWhereverItIsCut) {
  constexpr std::string_view kBytes = "*$0123456789-\r\n \"'\\xA:+PING";
  Random random(Seed());
  for (int round = 0; round < 2000; ++round) {
    std::string input;
    for (std::size_t commands = 1 + Below(random, 4); commands > 0; --commands) {
      input += Below(random, 2) == 0 ? "SET k \"v\\n\"\r\n"
                                     : Encode({"SET", RandomBytes(random, 8), RandomBytes(random, 8)});
    }
    for (std::size_t damages = 1 + Below(random, 4); damages > 0; --damages) {
      const std::size_t at = Below(random, input.size());
      const char c = kBytes[Below(random, kBytes.size())];
      Below(random, 2) == 0 ? input[at] = c : *input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), c);
    }
    const std::string whole = Outcome(input, [&] { return input.size(); });
    ASSERT_EQ(Outcome(input, [&] { return 1 + Below(random, 9); }), whole) << "round " << round;
    ASSERT_EQ(Outcome(input, [] { return std::size_t{1}; }), whole) << "round " << round;
  }
}

}  // namespace
}  // namespace gort::examples::redisd
