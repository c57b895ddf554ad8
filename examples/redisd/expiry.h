// Times in commands: seconds or milliseconds, from now or since 1970.
#ifndef GORT_EXAMPLES_REDISD_EXPIRY_H_
#define GORT_EXAMPLES_REDISD_EXPIRY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "gort/examples/redisd/session.h"

namespace gort::examples::redisd {

enum class TimeUnit { kSeconds, kMillis, kUnixSeconds, kUnixMillis };

// Reads EX, PX, EXAT, PXAT.
std::optional<TimeUnit> ParseTimeUnit(std::string_view name);

// Reads `text` as a time of `unit` into milliseconds since 1970. False: it is none or out of range, and the client of `command` has
// been told. The second refuses 0 and what is negative, too.
bool ReadExpiry(Call& call, std::string_view text, TimeUnit unit, std::string_view command, std::int64_t* at_ms);
bool ReadPositiveExpiry(Call& call, std::string_view text, TimeUnit unit, std::string_view command,
                        std::int64_t* at_ms);

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_EXPIRY_H_
