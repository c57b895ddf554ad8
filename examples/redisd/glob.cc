#include "gort/examples/redisd/glob.h"

#include <cstddef>
#include <utility>

namespace gort::examples::redisd {
namespace {

// Matches one byte against what `pattern` begins with, which is no '*', and drops that from `pattern`.
bool MatchOne(std::string_view* pattern, char c) {
  const char first = pattern->front();
  pattern->remove_prefix(1);
  if (first == '?') return true;
  if (first == '\\' && !pattern->empty()) {
    const char literal = pattern->front();
    pattern->remove_prefix(1);
    return literal == c;
  }
  if (first != '[') return first == c;
  const bool negated = !pattern->empty() && pattern->front() == '^';
  if (negated) pattern->remove_prefix(1);
  bool found = false;
  // A set that is not closed ends with the pattern.
  while (!pattern->empty() && pattern->front() != ']') {
    if (pattern->front() == '\\' && pattern->size() >= 2) {
      found |= (*pattern)[1] == c;
      pattern->remove_prefix(2);
    } else if (pattern->size() >= 3 && (*pattern)[1] == '-') {
      auto low = static_cast<unsigned char>((*pattern)[0]);
      auto high = static_cast<unsigned char>((*pattern)[2]);
      if (low > high) std::swap(low, high);
      found |= static_cast<unsigned char>(c) >= low && static_cast<unsigned char>(c) <= high;
      pattern->remove_prefix(3);
    } else {
      found |= pattern->front() == c;
      pattern->remove_prefix(1);
    }
  }
  if (!pattern->empty()) pattern->remove_prefix(1);
  return found != negated;
}

}  // namespace

// When a byte does not match, only the last '*' takes one byte more: an earlier one has already done what it can.
bool GlobMatch(std::string_view pattern, std::string_view text) {
  bool has_star = false;
  std::string_view pattern_after_star;
  std::string_view text_at_star;
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      has_star = true;
      pattern_after_star = pattern;
      text_at_star = text;
      continue;
    }
    if (text.empty()) return pattern.empty();
    if (!pattern.empty() && MatchOne(&pattern, text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (!has_star || text_at_star.empty()) return false;
    text_at_star.remove_prefix(1);
    text = text_at_star;
    pattern = pattern_after_star;
  }
}

}  // namespace gort::examples::redisd
