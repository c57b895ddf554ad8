// What a C++ or assembly file includes, and the words of its code without comments and literals.
#ifndef GORT_TESTS_LAYERING_SOURCE_H_
#define GORT_TESTS_LAYERING_SOURCE_H_

#include <string>
#include <string_view>
#include <vector>

namespace gort::layering {

struct Include {
  std::string path;  // between the quotes or angle brackets
  bool angled;
  int line;  // from 1
};

// Every #include, also those that an #if leaves out.
std::vector<Include> ParseIncludes(std::string_view text);

// `text` with each comment, string and character literal replaced by spaces; lines stay lines.
std::string WithoutCommentsAndLiterals(std::string_view text);

}  // namespace gort::layering

#endif  // GORT_TESTS_LAYERING_SOURCE_H_
