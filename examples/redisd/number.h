// Numbers as Redis reads them.
#ifndef GORT_EXAMPLES_REDISD_NUMBER_H_
#define GORT_EXAMPLES_REDISD_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gort::examples::redisd {

// Reads what printing a 64-bit number would give, and nothing else: no '+', no blanks, no zeros in front, no "-0".
std::optional<std::int64_t> ParseInteger(std::string_view text);

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_NUMBER_H_
