// Go releases, as people and binaries write them.

#ifndef GORT_GSTRUCT_CROSSCHECK_GO_VERSION_H_
#define GORT_GSTRUCT_CROSSCHECK_GO_VERSION_H_

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "gort/gstruct/crosscheck/dwarf_info.h"
#include "gort/gstruct/crosscheck/elf_file.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// A release line: layouts change between minor versions only, so patch levels are not kept.
struct GoVersion {
  int major = 0;
  int minor = 0;

  auto operator<=>(const GoVersion&) const = default;

  // "1.27"
  std::string ToString() const { return std::to_string(major) + "." + std::to_string(minor); }
};

// Understands "1.27", "1.27.3", "go1.27.3", "go1.27rc1" and "devel go1.28-0a1b2c3 ...". Absent for anything else.
std::optional<GoVersion> ParseGoVersion(std::string_view text);

// What built the executable: the text it carries, such as "go1.27.3". Looks into .go.buildinfo (the form that Go has
// written since 1.18) and, where that is missing or older, at the producer in the debug information. Errors: damaged,
// or not built by Go's compiler.
Result<std::string> DetectGoVersion(ElfFile& elf, const DwarfInfo& dwarf);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_GO_VERSION_H_
