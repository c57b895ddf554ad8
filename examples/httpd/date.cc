#include "gort/examples/httpd/date.h"

#include "absl/time/time.h"

namespace gort::examples::httpd {
namespace {

// Names of days and months are English whatever the locale is: abseil formats them so.
constexpr char kFormat[] = "%a, %d %b %E4Y %H:%M:%S GMT";

}  // namespace

std::string FormatHttpDate(std::int64_t unix_seconds) {
  return absl::FormatTime(kFormat, absl::FromUnixSeconds(unix_seconds), absl::UTCTimeZone());
}

std::optional<std::int64_t> ParseHttpDate(std::string_view text) {
  absl::Time time;
  if (!absl::ParseTime(kFormat, text, &time, nullptr)) return std::nullopt;
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  // The parser is more generous than the form: a wrong day of the week, blanks, one digit for two.
  if (FormatHttpDate(seconds) != text) return std::nullopt;
  return seconds;
}

std::string_view DateCache::At(std::int64_t unix_seconds) {
  if (unix_seconds != second_) {
    second_ = unix_seconds;
    text_ = FormatHttpDate(unix_seconds);
  }
  return text_;
}

}  // namespace gort::examples::httpd
