#include "gort/examples/httpd/range.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "gort/examples/httpd/syntax.h"

namespace gort::examples::httpd {
namespace {

bool ParseNumber(std::string_view digits, std::uint64_t* number) {
  // SimpleAtoi alone would take signs and blanks as well.
  return std::all_of(digits.begin(), digits.end(), IsDigit) && absl::SimpleAtoi(digits, number);
}

}  // namespace

Range ParseRange(std::string_view value, std::uint64_t size_bytes) {
  const Range whole{Range::Kind::kWhole, 0, size_bytes};
  const Range unsatisfiable{Range::Kind::kUnsatisfiable, 0, 0};
  if (!absl::StartsWithIgnoreCase(value, "bytes=")) return whole;
  value.remove_prefix(6);
  const std::size_t dash = value.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view before = TrimBlanks(value.substr(0, dash));
  const std::string_view after = TrimBlanks(value.substr(dash + 1));
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (before.empty()) {
    std::uint64_t length = 0;
    if (!ParseNumber(after, &length)) return whole;
    if (length == 0 || size_bytes == 0) return unsatisfiable;
    length = std::min(length, size_bytes);
    return {Range::Kind::kPart, size_bytes - length, length};
  }
  if (!ParseNumber(before, &first)) return whole;
  if (after.empty()) {
    last = size_bytes;
  } else if (!ParseNumber(after, &last) || last < first) {
    return whole;
  }
  if (first >= size_bytes) return unsatisfiable;
  last = std::min(last, size_bytes - 1);
  return {Range::Kind::kPart, first, last - first + 1};
}

}  // namespace gort::examples::httpd
