#include "gort/gstruct/crosscheck/sources.h"

#include <cstddef>
#include <utility>

#include "gort/gstruct/crosscheck/asmhdr.h"
#include "gort/gstruct/crosscheck/dwarf_info.h"
#include "gort/gstruct/crosscheck/dwarf_structs.h"
#include "gort/gstruct/crosscheck/elf_file.h"
#include "gort/gstruct/crosscheck/facts.h"
#include "gort/gstruct/crosscheck/file.h"
#include "gort/gstruct/crosscheck/own_layout.h"

namespace gort::crosscheck {
namespace {

constexpr std::string_view kDefaultRelease = "1.27";

// An executable with its debug information.
struct DebugBinary {
  ElfFile elf;
  DwarfInfo dwarf;
};

Result<DebugBinary> OpenBinary(std::string_view bytes, std::string_view name) {
  Result<ElfFile> elf = ElfFile::Parse(bytes, name);
  if (!elf.ok()) return elf.error();
  Result<DwarfSections> sections = LoadDwarfSections(*elf);
  if (!sections.ok()) return sections.error();
  Result<DwarfInfo> dwarf = DwarfInfo::Open(*sections);
  if (!dwarf.ok()) return dwarf.error();
  // Decompressed sections live in a deque, whose elements stay where they are when it moves.
  return DebugBinary{std::move(*elf), std::move(*dwarf)};
}

GoVersion NewestKnown() {
  GoVersion newest;
  for (const Facts& facts : BuiltInFacts()) {
    if (newest < facts.version) newest = facts.version;
  }
  return newest;
}

// Reads a file and hands its bytes to `read`, which takes the file's name as well.
template <typename Read>
std::optional<Error> LoadFile(const std::string& name, std::string_view directory, std::vector<Source>& sources,
                              Read read) {
  Result<std::string> bytes = ReadFile(name, directory);
  if (!bytes.ok()) return bytes.error();
  Result<Source> source = read(*bytes, name);
  if (!source.ok()) return source.error();
  sources.push_back(std::move(*source));
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Source::Kind kind) {
  switch (kind) {
    case Source::Kind::kAsmHdr:
      return "asmhdr";
    case Source::Kind::kGoBinary:
      return "go-binary";
    case Source::Kind::kElf:
      return "elf";
    case Source::Kind::kFacts:
      return "goversion";
  }
  return "";
}

Result<Source> ReadGoBinary(std::string_view bytes, std::string_view name) {
  Result<DebugBinary> binary = OpenBinary(bytes, name);
  if (!binary.ok()) return binary.error();
  Result<std::string> release = DetectGoVersion(binary->elf, binary->dwarf);
  if (!release.ok()) return release.error();
  const std::optional<GoVersion> version = ParseGoVersion(*release);
  if (!version.has_value()) {
    return Error{std::string(name) + " says that Go version \"" + *release +
                 "\" built it, which is no release: give an executable of a released Go"};
  }
  Result<Layout> layout = FindStructs(binary->dwarf, "runtime.", kGoStructs);
  if (!layout.ok()) return layout.error();
  for (std::string_view wanted : kGoStructs) {
    if (layout->Find(wanted) == nullptr) {
      return Error{std::string(name) + " does not describe runtime." + std::string(wanted) +
                   ": give an ordinary executable of Go's gc compiler, with its debug information whole"};
    }
  }
  return Source{Source::Kind::kGoBinary, std::string(name), *release, version,
                binary->elf.goarch(),    std::move(*layout)};
}

Result<Source> ReadOwnElf(std::string_view bytes, std::string_view name, const Layout& ours) {
  Result<DebugBinary> binary = OpenBinary(bytes, name);
  if (!binary.ok()) return binary.error();
  std::vector<std::string_view> wanted;
  for (const Struct& one : ours.structs) wanted.push_back(one.name);
  Result<Layout> layout = FindStructs(binary->dwarf, "gort::runtime::", wanted);
  if (!layout.ok()) return layout.error();
  if (layout->structs.empty()) {
    return Error{std::string(name) +
                 " describes none of gort::runtime's structures: give an executable that links gort, built with -g"};
  }
  return Source{Source::Kind::kElf, std::string(name), "", std::nullopt, binary->elf.goarch(), std::move(*layout)};
}

Result<Source> ReadAsmHdr(std::string_view bytes, std::string_view name, std::optional<GoVersion> version) {
  Result<Layout> layout = ParseAsmHdr(bytes, name);
  if (!layout.ok()) return layout.error();
  std::string release = version.has_value() ? "go" + version->ToString() : "";
  if (!version.has_value()) {
    version = RecogniseRelease(BuiltInFacts(), *layout);
    release =
        version.has_value() ? "recognised as go" + version->ToString() : "of no known release, taken for the newest";
  }
  if (!version.has_value()) version = NewestKnown();
  return Source{Source::Kind::kAsmHdr, std::string(name), std::move(release), version, "", std::move(*layout)};
}

Result<Source> ReadFacts(std::string_view text, std::string_view goarch) {
  const std::optional<GoVersion> version = ParseGoVersion(text);
  const Facts* facts = version.has_value() ? FindFacts(BuiltInFacts(), *version, goarch) : nullptr;
  if (facts == nullptr) {
    return Error{"--goversion " + std::string(text) + ": there are facts about Go " + KnownReleases(BuiltInFacts()) +
                 " only; use --asmhdr or --go-binary for another release"};
  }
  return Source{Source::Kind::kFacts, "built-in facts", "go" + facts->release, version,
                std::string(goarch),  facts->layout};
}

Result<std::vector<Source>> LoadSources(const Options& options, std::string_view directory, const Layout& ours) {
  std::vector<Source> sources;
  std::vector<std::string> releases = options.go_versions;
  const bool asked =
      !options.asmhdrs.empty() || !options.go_binaries.empty() || !options.elfs.empty() || !releases.empty();
  if (!asked) releases.emplace_back(kDefaultRelease);

  const std::optional<GoVersion> header_version = releases.empty() ? std::nullopt : ParseGoVersion(releases.front());
  std::optional<Error> error;
  for (const std::string& file : options.asmhdrs) {
    error = LoadFile(file, directory, sources, [&](std::string_view bytes, std::string_view name) {
      return ReadAsmHdr(bytes, name, header_version);
    });
    if (error.has_value()) return *error;
  }
  for (const std::string& file : options.go_binaries) {
    if (error = LoadFile(file, directory, sources, ReadGoBinary); error.has_value()) return *error;
  }
  for (const std::string& file : options.elfs) {
    error = LoadFile(file, directory, sources,
                     [&](std::string_view bytes, std::string_view name) { return ReadOwnElf(bytes, name, ours); });
    if (error.has_value()) return *error;
  }

  std::string goarch(OwnGoArch());
  for (size_t i = sources.size(); i > 0; i--) {
    if (!sources[i - 1].goarch.empty()) goarch = sources[i - 1].goarch;
  }
  for (const std::string& release : releases) {
    Result<Source> facts = ReadFacts(release, goarch);
    if (!facts.ok()) return facts.error();
    sources.push_back(std::move(*facts));
  }
  return sources;
}

}  // namespace gort::crosscheck
