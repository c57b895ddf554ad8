#include "gort/examples/tcpproxy/faults.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gort::examples::tcpproxy {
namespace {

std::mt19937_64 Generator(std::uint64_t seed, std::uint64_t connection, std::uint64_t use) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  std::seed_seq all{low(seed), low(seed >> 32), low(connection), low(connection >> 32), low(use)};
  return std::mt19937_64(all);
}

bool Happens(std::mt19937_64& random, double p) { return std::uniform_real_distribution<double>(0, 1)(random) < p; }

}  // namespace

bool AbslParseFlag(std::string_view text, Stall* stall, std::string* error) {
  const std::pair<std::string_view, std::string_view> parts = absl::StrSplit(text, absl::MaxSplits(',', 1));
  if (absl::ParseDuration(parts.first, &stall->length) && stall->length >= absl::ZeroDuration() &&
      absl::SimpleAtod(parts.second, &stall->p) && stall->p >= 0 && stall->p <= 1) {
    return true;
  }
  *error = "it is a duration and a probability, as in 10ms,0.05";
  return false;
}

std::string AbslUnparseFlag(const Stall& stall) { return absl::StrCat(absl::FormatDuration(stall.length), ",", stall.p); }

Faults::Faults(const FaultOptions& options, std::uint64_t connection, Way way)
    : stall_(options.stall), slice_(options.slice), random_(Generator(options.seed, connection, 1 + static_cast<int>(way))) {
  // Both ways of a connection draw the same here, and one of them keeps it.
  std::mt19937_64 common = Generator(options.seed, connection, 0);
  if (!Happens(common, options.reset)) return;
  const Way chosen = Happens(common, 0.5) ? Way::kUp : Way::kDown;
  resets_ = chosen == way;
  until_reset_ = std::uniform_int_distribution<std::size_t>(1, kResetWithinBytes)(common);
}

std::size_t Faults::NextPiece(std::size_t n) {
  if (slice_ > 0) n = std::min(n, slice_);
  if (!resets_) return n;
  n = std::min(n, until_reset_);
  until_reset_ -= n;
  return n;
}

bool Faults::DrawStall() { return stall_.p > 0 && Happens(random_, stall_.p); }

}  // namespace gort::examples::tcpproxy
