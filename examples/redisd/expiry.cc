#include "gort/examples/redisd/expiry.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/number.h"

namespace gort::examples::redisd {
namespace {

bool Read(Call& call, std::string_view text, TimeUnit unit, std::string_view command, bool positive,
          std::int64_t* at_ms) {
  const std::optional<std::int64_t> number = ParseInteger(text);
  if (!number) {
    call.reply.NotInteger();
    return false;
  }
  const bool seconds = unit == TimeUnit::kSeconds || unit == TimeUnit::kUnixSeconds;
  const bool relative = unit == TimeUnit::kSeconds || unit == TimeUnit::kMillis;
  if ((positive && *number <= 0) || __builtin_mul_overflow(*number, seconds ? 1000 : 1, at_ms) ||
      __builtin_add_overflow(*at_ms, relative ? call.now_ms : 0, at_ms)) {
    call.reply.Error(absl::StrCat("ERR invalid expire time in '", command, "' command"));
    return false;
  }
  return true;
}

}  // namespace

std::optional<TimeUnit> ParseTimeUnit(std::string_view name) {
  if (absl::EqualsIgnoreCase(name, "EX")) return TimeUnit::kSeconds;
  if (absl::EqualsIgnoreCase(name, "PX")) return TimeUnit::kMillis;
  if (absl::EqualsIgnoreCase(name, "EXAT")) return TimeUnit::kUnixSeconds;
  if (absl::EqualsIgnoreCase(name, "PXAT")) return TimeUnit::kUnixMillis;
  return std::nullopt;
}

bool ReadExpiry(Call& call, std::string_view text, TimeUnit unit, std::string_view command, std::int64_t* at_ms) {
  return Read(call, text, unit, command, /*positive=*/false, at_ms);
}

bool ReadPositiveExpiry(Call& call, std::string_view text, TimeUnit unit, std::string_view command,
                        std::int64_t* at_ms) {
  return Read(call, text, unit, command, /*positive=*/true, at_ms);
}

}  // namespace gort::examples::redisd
