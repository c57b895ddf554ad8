#include <cstddef>
#include <string>
#include <string_view>

#include "gort/examples/redisd/resp_parser.h"

namespace gort::examples::redisd {
namespace {

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char Unescape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

// Reads the escape sequence that begins with the backslash at rest[0]; drops it from `rest`.
char TakeEscape(std::string_view* rest) {
  if (rest->size() >= 4 && (*rest)[1] == 'x' && HexValue((*rest)[2]) >= 0 && HexValue((*rest)[3]) >= 0) {
    const char c = static_cast<char>(HexValue((*rest)[2]) * 16 + HexValue((*rest)[3]));
    rest->remove_prefix(4);
    return c;
  }
  const char c = Unescape((*rest)[1]);
  rest->remove_prefix(2);
  return c;
}

// Reads a quoted part, after its opening quote; false if it is not closed, or something other than a blank follows it.
bool TakeQuoted(char quote, std::string_view* rest, std::string* argument) {
  while (!rest->empty()) {
    const char c = rest->front();
    if (c == quote) {
      rest->remove_prefix(1);
      return rest->empty() || IsBlank(rest->front());
    }
    if (c == '\\' && rest->size() >= 2 && quote == '"') {
      argument->push_back(TakeEscape(rest));
    } else {
      if (c == '\\' && rest->size() >= 2 && (*rest)[1] == '\'') rest->remove_prefix(1);
      argument->push_back(rest->front());
      rest->remove_prefix(1);
    }
  }
  return false;
}

}  // namespace

bool SplitInline(std::string_view line, Command* command) {
  command->clear();
  while (true) {
    while (!line.empty() && IsBlank(line.front())) line.remove_prefix(1);
    if (line.empty()) return true;
    std::string& argument = command->emplace_back();
    while (!line.empty() && !IsBlank(line.front())) {
      const char c = line.front();
      line.remove_prefix(1);
      if (c != '"' && c != '\'') {
        argument.push_back(c);
      } else if (!TakeQuoted(c, &line, &argument)) {
        return false;
      }
    }
  }
}

}  // namespace gort::examples::redisd
