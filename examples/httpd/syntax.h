// The characters of HTTP: which bytes may stand where. RFC 9110, section 5.6; RFC 3986, section 3.2.
#ifndef GORT_EXAMPLES_HTTPD_SYNTAX_H_
#define GORT_EXAMPLES_HTTPD_SYNTAX_H_

#include <algorithm>
#include <string_view>

namespace gort::examples::httpd {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Returns the value of a hexadecimal digit, or -1.
constexpr int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool IsTokenChar(char c) {
  return IsDigit(c) || IsAlpha(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// A method, a field's name.
constexpr bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

// What may stand in a field's value: visible characters, blanks, and bytes above 127, which are opaque. No CR, LF or NUL: what is
// written from such a value cannot begin a field of its own.
constexpr bool IsFieldText(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); });
}

// The visible characters of ASCII, of which a target consists.
constexpr bool IsTargetText(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// A host with or without a port; empty is allowed, as in a Host field for a target without authority. No user information.
constexpr bool IsAuthority(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsDigit(c) || IsAlpha(c) || std::string_view("-._~!$&'()*+,;=:[]%").find(c) != std::string_view::npos;
  });
}

constexpr std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_SYNTAX_H_
