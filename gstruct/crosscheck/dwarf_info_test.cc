// Forms and headers that the compilers of the fixture programs do not write, damage, and the bounds on hostile input.

#include "gort/gstruct/crosscheck/dwarf_info.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/dwarf_structs.h"
#include "gort/gstruct/crosscheck/elf_builder.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// One abbreviation: `code`, `tag`, whether there are children, pairs of attribute and form. All numbers below 128.
std::string Abbreviation(char code, char tag, bool children, std::string_view attributes) {
  return std::string() + code + tag + (children ? '\x01' : '\x00') + std::string(attributes) + "\0\0"s;
}

std::string Unit4(std::string_view dies) {
  const std::string unit = LittleEndian(4, 2) + LittleEndian(0, 4) + "\x08" + std::string(dies);
  return LittleEndian(unit.size(), 4) + unit;
}

// The same with 64-bit lengths and offsets.
std::string Unit4Dwarf64(std::string_view dies) {
  const std::string unit = LittleEndian(4, 2) + LittleEndian(0, 8) + "\x08" + std::string(dies);
  return LittleEndian(0xffffffff, 4) + LittleEndian(unit.size(), 8) + unit;
}

DwarfSections Sections(std::string_view info, std::string_view abbrev, std::string_view str = {}) {
  DwarfSections sections;
  sections.file_name = "FILE";
  sections.info = info;
  sections.abbrev = abbrev;
  sections.str = str;
  return sections;
}

// Structure g as `sections` describe it.
Result<Layout> FindG(const DwarfSections& sections) {
  static constexpr std::string_view kNames[] = {"g"};
  Result<DwarfInfo> dwarf = DwarfInfo::Open(sections);
  if (!dwarf.ok()) return dwarf.error();
  return FindStructs(*dwarf, "runtime.", kNames);
}

std::string Refusal(const DwarfSections& sections) {
  const Result<Layout> layout = FindG(sections);
  return layout.ok() ? "" : layout.error().sentence;
}

constexpr std::string_view kName = "\x03\x08"sv;                // DW_AT_name, DW_FORM_string
constexpr std::string_view kByteSize = "\x0b\x0b"sv;            // DW_AT_byte_size, DW_FORM_data1
constexpr std::string_view kLocation = "\x38\x0b"sv;            // DW_AT_data_member_location, DW_FORM_data1
constexpr std::string_view kLocationExpression = "\x38\x0a"sv;  // the same, DW_FORM_block1
constexpr std::string_view kLocationIndirect = "\x38\x16"sv;    // the same, DW_FORM_indirect
constexpr std::string_view kNameAt = "\x03\x0e"sv;              // DW_AT_name, DW_FORM_strp
constexpr std::string_view kTypeAnywhere = "\x49\x10"sv;        // DW_AT_type, DW_FORM_ref_addr

std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (std::string_view part : parts) whole += part;
  return whole;
}

// Abbreviations 1: structure with name and size. 2: member with name and location (in the form given).
std::string StructAbbrevs(std::string_view location) {
  return Abbreviation(1, 0x13, true, Concat({kName, kByteSize})) +
         Abbreviation(2, 0x0d, false, Concat({kName, location})) + "\0"s;
}

void ExpectGoidAt(const Result<Layout>& layout, uint64_t offset) {
  ASSERT_TRUE(layout.ok()) << layout.error().sentence;
  ASSERT_NE(layout->Find("g"), nullptr);
  EXPECT_EQ(layout->Find("g")->size, 16u);
  EXPECT_EQ(layout->Find("g")->fields, (std::vector<Field>{{"goid", offset, std::nullopt}}));
}

TEST(DwarfInfo, ReadsSixtyFourBitUnits) {
  const std::string abbrev = Abbreviation(1, 0x13, true, Concat({kNameAt, kByteSize})) +
                             Abbreviation(2, 0x0d, false, Concat({kName, kLocation})) + "\0"s;
  const std::string info = Unit4Dwarf64("\x01" + LittleEndian(3, 8) + "\x10" + "\x02goid\0\x08\0"s);
  ExpectGoidAt(FindG(Sections(info, abbrev, "..\0runtime.g\0"sv)), 8);
}

TEST(DwarfInfo, ReadsLocationsAsOldCompilersWriteThem) {
  const std::string info = Unit4("\x01runtime.g\0\x10\x02goid\0\x02\x23\x08\0"s);
  ExpectGoidAt(FindG(Sections(info, StructAbbrevs(kLocationExpression))), 8);
}

TEST(DwarfInfo, ReadsFormsThatStandInTheEntry) {
  const std::string info = Unit4("\x01runtime.g\0\x10\x02goid\0\x0f\x88\x01\0"s);
  ExpectGoidAt(FindG(Sections(info, StructAbbrevs(kLocationIndirect))), 136);
}

TEST(DwarfInfo, ALocationThatIsNotConstantIsRefused) {
  const std::string info = Unit4("\x01runtime.g\0\x10\x02goid\0\x01\x06\0"s);
  EXPECT_NE(Refusal(Sections(info, StructAbbrevs(kLocationExpression))).find("g.goid has no constant offset"),
            std::string::npos);
}

TEST(DwarfInfo, GosBlankFieldsAreNoFields) {
  const std::string info = Unit4("\x01runtime.g\0\x10\x02_\0\x00\x02_\0\x04\x02goid\0\x08\0"s);
  ExpectGoidAt(FindG(Sections(info, StructAbbrevs(kLocation))), 8);
}

// The same name in an anonymous namespace, or in a function, is another structure.
TEST(DwarfInfo, WhatHasNoNameFromOutsideIsNotFound) {
  for (char tag : {'\x39', '\x2e'}) {  // DW_TAG_namespace, DW_TAG_subprogram
    const std::string abbrev = Abbreviation(1, 0x13, false, Concat({kName, kByteSize})) +
                               Abbreviation(2, tag, true, "") + Abbreviation(3, 0x11, true, "") + "\0"s;
    const std::string hidden = "\x03\x02\x01runtime.g\0\x10\0\0"s;  // in a unit
    const Result<Layout> layout = FindG(Sections(Unit4(hidden), abbrev));
    ASSERT_TRUE(layout.ok()) << layout.error().sentence;
    EXPECT_TRUE(layout->structs.empty());
    const Result<Layout> both = FindG(Sections(Unit4(hidden) + Unit4("\x03\x01runtime.g\0\x20\0"s), abbrev));
    ASSERT_TRUE(both.ok()) << both.error().sentence;
    ASSERT_EQ(both->structs.size(), 1u);
    EXPECT_EQ(both->structs[0].size, 32u);
  }
}

TEST(DwarfInfo, TwoUnitsMustAgree) {
  const std::string one = Unit4("\x01runtime.g\0\x10\x02goid\0\x08\0"s);
  const std::string other = Unit4("\x01runtime.g\0\x10\x02goid\0\x04\0"s);
  const std::string abbrev = StructAbbrevs(kLocation);
  ExpectGoidAt(FindG(Sections(one + one, abbrev)), 8);
  EXPECT_NE(Refusal(Sections(one + other, abbrev)).find("two layouts in two translation units"), std::string::npos);
}

TEST(DwarfInfo, RefusesDamageWithItsPlace) {
  const std::string abbrev = StructAbbrevs(kLocation);
  const std::string good = Unit4("\x01runtime.g\0\x10\x02goid\0\x08\0"s);
  const auto refusal = [&](const std::string& info) { return Refusal(Sections(info, abbrev)); };
  EXPECT_EQ(refusal(good), "");
  EXPECT_NE(refusal(LittleEndian(0xfffffff1, 4)).find(".debug_info+0: a reserved unit length"), std::string::npos);
  EXPECT_NE(refusal(LittleEndian(99, 4) + "x").find("longer than the section"), std::string::npos);
  EXPECT_NE(refusal(LittleEndian(1, 4) + "\x04").find("header is cut short"), std::string::npos);
  EXPECT_NE(refusal(LittleEndian(7, 4) + LittleEndian(6, 2) + std::string(5, '\0')).find("DWARF version 6"),
            std::string::npos);
  EXPECT_NE(refusal(LittleEndian(7, 4) + LittleEndian(4, 2) + LittleEndian(0, 4) + "\x03").find("addresses of 3"),
            std::string::npos);
  EXPECT_NE(refusal(good + Unit4("\x09")).find(".debug_info+42: abbreviation 9 does not exist"), std::string::npos)
      << refusal(good + Unit4("\x09"));
  EXPECT_NE(refusal(Unit4("\x01runtime.g\0\x10"s)).find("does not end"), std::string::npos);
  EXPECT_NE(Refusal(Sections(good, "\x01\x13")).find(".debug_abbrev+0 are"), std::string::npos);
  EXPECT_NE(Refusal(Sections(good, Abbreviation(1, 0x13, true, "\x03\x7f") + "\0"s)).find("unknown form 127"),
            std::string::npos);
}

TEST(DwarfInfo, RefusesEveryTruncation) {
  const std::string abbrev = StructAbbrevs(kLocation);
  const std::string info = Unit4("\x01runtime.g\0\x10\x02goid\0\x08\0"s);
  for (size_t cut = 1; cut < info.size(); cut++) {
    EXPECT_NE(Refusal(Sections(std::string_view(info).substr(0, cut), abbrev)), "") << cut;
  }
  // A table may end early only behind its last abbreviation, whose terminator is then missing.
  for (size_t cut = 0; cut < abbrev.size(); cut++) {
    EXPECT_NE(Refusal(Sections(info, std::string_view(abbrev).substr(0, cut))), "") << cut;
  }
}

// ---- bounds ----

// An anonymous member whose type is the structure itself would be expanded for ever.
TEST(DwarfInfo, AStructureThatContainsItselfIsRefused) {
  const std::string abbrev = Abbreviation(1, 0x13, true, Concat({kName, kByteSize})) +
                             Abbreviation(2, 0x0d, false, Concat({kLocation, kTypeAnywhere})) + "\0"s;
  const std::string dies =
      "\x01runtime.g\0\x10"s + "\x02\x00"s + LittleEndian(11, 4) + "\x02\x00"s + LittleEndian(11, 4) + '\0';
  EXPECT_NE(Refusal(Sections(Unit4(dies), abbrev)).find("larger than any compiler writes"), std::string::npos);
}

// A type that is a typedef of itself has no size, and asking for it ends.
TEST(DwarfInfo, ATypeThatIsItselfHasNoSize) {
  const std::string abbrev = Abbreviation(1, 0x13, true, Concat({kName, kByteSize})) +
                             Abbreviation(2, 0x0d, false, Concat({kName, kLocation, kTypeAnywhere})) +
                             Abbreviation(3, 0x16, false, kTypeAnywhere) + "\0"s;
  const std::string structure = "\x01runtime.g\0\x10"s + "\x02goid\0\x08"s;
  const uint64_t typedef_at = 11 + structure.size() + 4 + 1;
  const std::string dies = structure + LittleEndian(typedef_at, 4) + '\0' + "\x03" + LittleEndian(typedef_at, 4);
  ExpectGoidAt(FindG(Sections(Unit4(dies), abbrev)), 8);
}

// Each unit may name another place in .debug_abbrev; places inside one table would be read again and again.
TEST(DwarfInfo, OverlappingAbbreviationsAreRefused) {
  std::string abbrev;
  for (int i = 0; i < 3000; i++) abbrev += Abbreviation(1, 0x13, false, "");
  abbrev += '\0';
  std::string info;
  for (uint64_t i = 0; i < 3000; i++) {
    const std::string unit = LittleEndian(4, 2) + LittleEndian(i * 5, 4) + "\x08";
    info += LittleEndian(unit.size(), 4) + unit;
  }
  EXPECT_NE(Refusal(Sections(info, abbrev)).find("overlap"), std::string::npos);
}

TEST(DwarfInfo, BottomlessNestingIsRefused) {
  const std::string info = Unit4(std::string(100000, '\x01'));
  EXPECT_NE(Refusal(Sections(info, Abbreviation(1, 0x0b, true, "") + "\0"s)).find("nested deeper"), std::string::npos);
}

TEST(DwarfInfo, MoreUnitsThanAnyProgramHasAreRefused) {
  const std::string unit = Unit4("");
  std::string info;
  for (int i = 0; i <= 1 << 20; i++) info += unit;
  EXPECT_NE(Refusal(Sections(info, "\0"s)).find("more units"), std::string::npos);
}

// Many entries may share one long name.
TEST(DwarfInfo, ALongNameIsNoName) {
  const std::string abbrev = Abbreviation(1, 0x13, false, Concat({kNameAt, kByteSize})) + "\0"s;
  const std::string info = Unit4("\x01" + LittleEndian(0, 4) + "\x10");
  const Result<Layout> found = FindG(Sections(info, abbrev, "runtime.g\0"sv));
  ASSERT_TRUE(found.ok()) << found.error().sentence;
  EXPECT_EQ(found->structs.size(), 1u);
  const Result<Layout> none = FindG(Sections(info, abbrev, "runtime.g" + std::string(10000, 'x') + '\0'));
  ASSERT_TRUE(none.ok()) << none.error().sentence;
  EXPECT_TRUE(none->structs.empty());
}

// A DIE of one byte can have any number of attributes that take no bytes.
TEST(DwarfInfo, AnAbbreviationWithTooManyAttributesIsRefused) {
  std::string attributes;
  for (int i = 0; i < 1000; i++) attributes += "\x3f\x19";  // DW_AT_external, DW_FORM_flag_present
  EXPECT_NE(Refusal(Sections(Unit4("\x01"), Abbreviation(1, 0x13, false, attributes) + "\0"s)).find("are damaged"),
            std::string::npos);
}

}  // namespace
}  // namespace gort::crosscheck
