#include "gort/gstruct/crosscheck/go_version.h"

#include <string>
#include <string_view>

#include "gort/gstruct/crosscheck/elf_builder.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

using namespace std::string_literals;

TEST(ParseGoVersion, UnderstandsWhatPeopleAndBinariesWrite) {
  for (std::string_view text : {"1.27", "go1.27", "1.27.3", "go1.27.3", "go1.27rc1", "go1.27beta2", "go1.27-custom",
                                "go1.27.3 X:nocoverageredesign", "devel go1.27-0a1b2c3d Mon Jan 5"}) {
    EXPECT_EQ(ParseGoVersion(text), (GoVersion{1, 27})) << text;
  }
}

TEST(ParseGoVersion, RefusesEverythingElse) {
  for (std::string_view text : {"", "1", "1.", "go", "gogo1.27", "1.27.", "1.27x", "v1.27", "1.x", "-1.27", "1.99999",
                                "(devel)", "1.27.x", "2,7"}) {
    EXPECT_FALSE(ParseGoVersion(text).has_value()) << text;
  }
}

TEST(GoVersion, IsOrderedByNumbersNotByText) {
  EXPECT_LT((GoVersion{1, 9}), (GoVersion{1, 10}));
  EXPECT_LT((GoVersion{1, 27}), (GoVersion{2, 0}));
}

// A .debug_info whose only entry has the producer `producer` (DWARF 4).
std::string InfoWithProducer(const std::string& producer) {
  const std::string unit = LittleEndian(4, 2) + LittleEndian(0, 4) + "\x08" + "\x01" + producer + '\0';
  return LittleEndian(unit.size(), 4) + unit;
}

// Abbreviation 1: DW_TAG_compile_unit without children, DW_AT_producer as DW_FORM_string.
const std::string kProducerAbbrev = "\x01\x11\0\x25\x08\0\0\0"s;

std::string BuildInfo(const std::string& version, char flags = 2) {
  std::string section = "\xff Go buildinf:"s;
  section += '\x08';
  section += flags;
  section.resize(32, '\0');
  return section + static_cast<char>(version.size()) + version;
}

Result<std::string> Detect(const std::vector<ElfSection>& sections) {
  const std::string bytes = BuildElf(sections);
  Result<ElfFile> elf = ElfFile::Parse(bytes, "FILE");
  if (!elf.ok()) return elf.error();
  Result<DwarfSections> dwarf_sections = LoadDwarfSections(*elf);
  if (!dwarf_sections.ok()) return dwarf_sections.error();
  Result<DwarfInfo> dwarf = DwarfInfo::Open(*dwarf_sections);
  if (!dwarf.ok()) return dwarf.error();
  return DetectGoVersion(*elf, *dwarf);
}

void ExpectVersion(const std::vector<ElfSection>& sections, std::string_view version) {
  const Result<std::string> detected = Detect(sections);
  ASSERT_TRUE(detected.ok()) << detected.error().sentence;
  EXPECT_EQ(*detected, version);
}

TEST(DetectGoVersion, PrefersTheBuildInfo) {
  ExpectVersion({{".go.buildinfo", BuildInfo("go1.27.3")},
                 {".debug_info", InfoWithProducer("Go cmd/compile go1.19.8; regabi")},
                 {".debug_abbrev", kProducerAbbrev}},
                "go1.27.3");
}

TEST(DetectGoVersion, FallsBackToTheProducer) {
  const ElfSection info = {".debug_info", InfoWithProducer("Go cmd/compile go1.19.8; regabi")};
  const ElfSection abbrev = {".debug_abbrev", kProducerAbbrev};
  ExpectVersion({info, abbrev}, "go1.19.8");
  ExpectVersion({info, abbrev, {".go.buildinfo", BuildInfo("go1.27.3", /*flags=*/0)}}, "go1.19.8");
  ExpectVersion({info, abbrev, {".go.buildinfo", "damaged"}}, "go1.19.8");
  ExpectVersion({info, abbrev, {".go.buildinfo", BuildInfo("go1.27.3").substr(0, 36)}}, "go1.19.8");
}

TEST(DetectGoVersion, RefusesWhatGoDidNotBuild) {
  const Result<std::string> detected =
      Detect({{".debug_info", InfoWithProducer("GNU C++20 12.2.0")}, {".debug_abbrev", kProducerAbbrev}});
  ASSERT_FALSE(detected.ok());
  EXPECT_NE(detected.error().sentence.find("not built by Go's compiler"), std::string::npos);
}

}  // namespace
}  // namespace gort::crosscheck
