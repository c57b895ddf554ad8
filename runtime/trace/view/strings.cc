#include "gort/runtime/trace/view/trace.h"

namespace gort::trace::view {
namespace {

// U+202A to U+202E and U+2066 to U+2069 change the direction of what follows, in UTF-8 E2 80 AA.. and E2 81 A6..
bool IsDirectionMark(std::string_view text) {
  if (!text.starts_with("\xE2\x80") && !text.starts_with("\xE2\x81")) return false;
  if (text.size() < 3) return false;
  const auto last = static_cast<unsigned char>(text[2]);
  return text[1] == '\x80' ? last >= 0xAA && last <= 0xAE : last >= 0xA6 && last <= 0xA9;
}

// Control characters become their pictures (U+2400 and following), direction marks U+FFFD.
std::string Visible(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) {
      out += "\xE2\x90";
      out += static_cast<char>(0x80 + (c == 0x7F ? 0x21 : c));
    } else if (IsDirectionMark(text.substr(i))) {
      out += "\xEF\xBF\xBD";
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

uint32_t Strings::Add(std::string_view text) {
  if (const auto found = index_.find(text); found != index_.end()) return found->second;
  const auto number = static_cast<uint32_t>(all_.size());
  index_.emplace(text, number);
  all_.push_back(Visible(text));
  return number;
}

}  // namespace gort::trace::view
