// The texts of wait reasons for debuggers, under the name that Go's have: runtime.waitReasonStrings.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gort/gstruct/waitreason.h"

namespace gort::runtime {
namespace {

// WaitReason has no last value to ask for: the reasons are those that have a text.
constexpr std::size_t Count() {
  std::size_t n = 0;
  while (WaitReasonText(static_cast<WaitReason>(n)) != std::string_view("unknown wait reason")) ++n;
  return n;
}

constexpr std::array<const char*, Count()> Texts() {
  std::array<const char*, Count()> texts = {};
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = WaitReasonText(static_cast<WaitReason>(i));
  return texts;
}

}  // namespace

// Readers: debuggers, through commands.py; script.S keeps both from being dropped as unused.
extern const std::array<const char*, Count()> waitReasonStrings asm("runtime.waitReasonStrings");
constinit const std::array<const char*, Count()> waitReasonStrings = Texts();
extern const std::uint64_t waitReasonCount asm("runtime.waitReasonCount");
constinit const std::uint64_t waitReasonCount = Count();

}  // namespace gort::runtime
