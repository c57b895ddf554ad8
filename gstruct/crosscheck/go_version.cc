#include "gort/gstruct/crosscheck/go_version.h"

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/dwarf_structs.h"

namespace gort::crosscheck {
namespace {

// Takes the decimal number that `text` begins with; absent when there is none of one to four digits.
std::optional<int> TakeNumber(std::string_view& text) {
  size_t digits = 0;
  int value = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == 4) return std::nullopt;
    value = value * 10 + (text[digits++] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// The version that .go.buildinfo holds, or "". Source: Go 1.27 debug/buildinfo (the header: magic, pointer size, flags;
// with flag 2 a length-prefixed string at offset 32).
std::string VersionFromBuildInfo(std::string_view section) {
  constexpr std::string_view kMagic = "\xff Go buildinf:";
  constexpr size_t kFlagsOffset = 15;
  constexpr size_t kStringsOffset = 32;
  constexpr uint8_t kInlineStrings = 2;
  constexpr uint64_t kMaxVersionSize = 256;
  if (!section.starts_with(kMagic)) return {};
  if ((Cursor(section, kFlagsOffset).U8() & kInlineStrings) == 0) return {};
  Cursor in(section, kStringsOffset);
  const uint64_t size = in.Uleb();
  return size <= kMaxVersionSize ? std::string(in.Bytes(size)) : std::string();
}

}  // namespace

std::optional<GoVersion> ParseGoVersion(std::string_view text) {
  constexpr std::string_view kDevel = "devel ";
  constexpr std::string_view kGo = "go";
  if (text.starts_with(kDevel)) text.remove_prefix(kDevel.size());
  if (text.starts_with(kGo)) text.remove_prefix(kGo.size());
  const std::optional<int> major = TakeNumber(text);
  if (!major.has_value() || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const std::optional<int> minor = TakeNumber(text);
  if (!minor.has_value()) return std::nullopt;
  // What may follow: a patch level, a pre-release, the commit of a development version, a list of experiments.
  constexpr std::string_view kFollowers = ".rb- ";
  if (!text.empty() && kFollowers.find(text.front()) == std::string_view::npos) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeNumber(text).has_value()) return std::nullopt;
  }
  return GoVersion{*major, *minor};
}

Result<std::string> DetectGoVersion(ElfFile& elf, const DwarfInfo& dwarf) {
  Result<std::string_view> build_info = elf.Section(".go.buildinfo");
  if (!build_info.ok()) return build_info.error();
  if (std::string version = VersionFromBuildInfo(*build_info); !version.empty()) return version;

  constexpr std::string_view kCompiler = "Go cmd/compile ";
  Result<std::string> producer = FindProducer(dwarf, kCompiler);
  if (!producer.ok()) return producer.error();
  if (producer->empty()) {
    return Error{elf.name() + " was not built by Go's compiler: give a Go executable, or use --elf for one of ours"};
  }
  const std::string version = producer->substr(kCompiler.size());
  return version.substr(0, version.find(';'));
}

}  // namespace gort::crosscheck
