// Dates of HTTP: "Sun, 06 Nov 1994 08:49:37 GMT". RFC 9110, section 5.6.7.
#ifndef GORT_EXAMPLES_HTTPD_DATE_H_
#define GORT_EXAMPLES_HTTPD_DATE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace gort::examples::httpd {

std::string FormatHttpDate(std::int64_t unix_seconds);

// Returns nothing for what is not of the form above, as for the two obsolete forms: a date that nobody understands is ignored.
std::optional<std::int64_t> ParseHttpDate(std::string_view text);

// The text of the last second that somebody asked for. Each connection has its own, so nothing is shared and nothing is locked.
class DateCache {
 public:
  // The view holds until the next call.
  std::string_view At(std::int64_t unix_seconds);

 private:
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::string text_;
};

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_DATE_H_
