#include "gort/tests/layering/source.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <regex>
#include <sstream>

namespace gort::layering {
namespace {

bool IsDigitSeparator(std::string_view text, std::size_t at) {
  return at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) != 0;
}

// The index behind what begins at `at`: a comment, a literal, or one character of code.
std::size_t EndOfPiece(std::string_view text, std::size_t at, bool* is_code) {
  const std::string_view rest = text.substr(at);
  const auto end_of = [&](std::string_view mark, std::size_t from) {
    const std::size_t found = rest.find(mark, from);
    return found == std::string_view::npos ? text.size() : at + found + mark.size();
  };
  *is_code = false;
  if (rest.starts_with("//")) return end_of("\n", 2) - (rest.find('\n') == std::string_view::npos ? 0 : 1);
  if (rest.starts_with("/*")) return end_of("*/", 2);
  if (rest.starts_with("R\"")) {
    const std::size_t open = rest.find('(');
    if (open != std::string_view::npos) return end_of(")" + std::string(rest.substr(2, open - 2)) + "\"", open);
  }
  const char quote = rest[0];
  if (quote == '"' || (quote == '\'' && !IsDigitSeparator(text, at))) {
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != quote && rest[end] != '\n') end += rest[end] == '\\' ? 2 : 1;
    return std::min(at + end + 1, text.size());
  }
  *is_code = true;
  return at + 1;
}

}  // namespace

std::vector<Include> ParseIncludes(std::string_view text) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) includes.push_back({match[2], match[1] == "<", number});
  }
  return includes;
}

std::string WithoutCommentsAndLiterals(std::string_view text) {
  std::string code;
  code.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    bool is_code;
    const std::size_t end = EndOfPiece(text, at, &is_code);
    for (; at < end; ++at) code.push_back(is_code || text[at] == '\n' ? text[at] : ' ');
  }
  return code;
}

}  // namespace gort::layering
