// Slices of text, to read the environment and the kernel's files with. std::string_view refers to libc and to exceptions.
#ifndef GORT_RUNTIME_SYS_TEXT_H_
#define GORT_RUNTIME_SYS_TEXT_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime::sys {

// `size` characters from `data` on, which somebody else owns.
struct Text {
  const char* data = "";
  size_t size = 0;

  constexpr Text() = default;
  constexpr Text(const char* d, size_t n) : data(d), size(n) {}
  // Implicit, so that a literal can stand where a Text is asked for.
  constexpr Text(const char* s) : data(s) {  // NOLINT(google-explicit-constructor)
    while (s[size] != '\0') ++size;
  }
  constexpr bool empty() const { return size == 0; }
};

constexpr bool operator==(Text a, Text b) {
  if (a.size != b.size) return false;
  for (size_t i = 0; i < a.size; ++i) {
    if (a.data[i] != b.data[i]) return false;
  }
  return true;
}

// Takes the characters before the first `separator` off `rest`, and the separator; all of them when there is none.
// Returns what it took.
constexpr Text Cut(Text* rest, char separator) {
  size_t n = 0;
  while (n < rest->size && rest->data[n] != separator) ++n;
  const Text head(rest->data, n);
  const size_t skip = n < rest->size ? n + 1 : n;
  *rest = Text(rest->data + skip, rest->size - skip);
  return head;
}

// Whether `text` is a decimal number of at most `max`, digits only; *value is it then, and unchanged otherwise.
constexpr bool ParseUint(Text text, uint64_t max, uint64_t* value) {
  uint64_t v = 0;
  for (size_t i = 0; i < text.size; ++i) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    const uint64_t digit = static_cast<uint64_t>(text.data[i] - '0');
    if (digit > max || v > (max - digit) / 10) return false;
    v = v * 10 + digit;
  }
  if (text.empty()) return false;
  *value = v;
  return true;
}

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_TEXT_H_
