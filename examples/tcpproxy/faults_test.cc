#include "gort/examples/tcpproxy/faults.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace gort::examples::tcpproxy {
namespace {

// The bytes until the reset, in `way`; -1: there is none within what may come before one.
long BytesUntilReset(const FaultOptions& options, std::uint64_t connection, Way way) {
  Faults faults(options, connection, way);
  for (long bytes = 0; bytes <= static_cast<long>(Faults::kResetWithinBytes);) {
    const std::size_t piece = faults.NextPiece(100);
    if (piece == 0) return bytes;
    bytes += static_cast<long>(piece);
  }
  return -1;
}

TEST(Faults, WithoutOptionsNothingHappens) {
  Faults faults(FaultOptions{.seed = 1}, 1, Way::kUp);
  EXPECT_EQ(faults.NextPiece(1'000'000), 1'000'000u);
  EXPECT_FALSE(faults.DrawStall());
  EXPECT_FALSE(faults.slices());
}

TEST(Faults, PiecesAreAsSmallAsAsked) {
  Faults faults(FaultOptions{.slice = 7, .seed = 1}, 1, Way::kUp);
  EXPECT_EQ(faults.NextPiece(100), 7u);
  EXPECT_EQ(faults.NextPiece(5), 5u);
}

TEST(Faults, AConnectionThatIsToBeResetIsSoInExactlyOneWay) {
  const FaultOptions options{.reset = 1, .seed = 42};
  for (std::uint64_t connection = 1; connection <= 200; ++connection) {
    const long up = BytesUntilReset(options, connection, Way::kUp);
    const long down = BytesUntilReset(options, connection, Way::kDown);
    EXPECT_NE(up < 0, down < 0) << connection;
    EXPECT_NE(up, 0) << connection;
    EXPECT_NE(down, 0) << connection;
  }
}

TEST(Faults, TheSameSeedMakesTheSameFaults) {
  const FaultOptions options{.reset = 0.5, .stall = {absl::Milliseconds(1), 0.5}, .seed = 7};
  const auto record = [&](std::uint64_t seed) {
    FaultOptions with = options;
    with.seed = seed;
    std::vector<long> all;
    for (std::uint64_t connection = 1; connection <= 50; ++connection) {
      all.push_back(BytesUntilReset(with, connection, Way::kUp));
      Faults faults(with, connection, Way::kDown);
      for (int i = 0; i < 10; ++i) all.push_back(faults.DrawStall());
    }
    return all;
  };
  EXPECT_EQ(record(7), record(7));
  EXPECT_NE(record(7), record(8));
}

TEST(Stall, IsReadAndWrittenAsAFlag) {
  Stall stall;
  std::string error;
  ASSERT_TRUE(AbslParseFlag("10ms,0.05", &stall, &error));
  EXPECT_EQ(stall.length, absl::Milliseconds(10));
  EXPECT_EQ(stall.p, 0.05);
  EXPECT_EQ(AbslUnparseFlag(stall), "10ms,0.05");
  for (const char* bad : {"", "10ms", "10ms,", "10,0.5", "10ms,1.5", "10ms,-1", "-1s,0.5", "10ms,0.5,1", "10ms,nan"}) {
    EXPECT_FALSE(AbslParseFlag(bad, &stall, &error)) << bad;
    EXPECT_EQ(error, "it is a duration and a probability, as in 10ms,0.05") << bad;
  }
}

}  // namespace
}  // namespace gort::examples::tcpproxy
