// Redis's patterns, of KEYS and PSUBSCRIBE.
#ifndef GORT_EXAMPLES_REDISD_GLOB_H_
#define GORT_EXAMPLES_REDISD_GLOB_H_

#include <string_view>

namespace gort::examples::redisd {

// '*' any bytes, '?' one byte, "[a-c]" and "[^a-c]" one of a set, '\' before a byte that stands for itself.
// Takes at most text.size() * pattern.size() steps, whatever the pattern is.
bool GlobMatch(std::string_view pattern, std::string_view text);

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_GLOB_H_
