#include "gort/examples/redisd/number.h"

#include <charconv>
#include <system_error>

namespace gort::examples::redisd {

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  const std::string_view digits = text.substr(!text.empty() && text.front() == '-');
  if (digits.empty() || (digits.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

}  // namespace gort::examples::redisd
