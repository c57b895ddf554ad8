#include "gort/gstruct/crosscheck/dwarf_info.h"

#include <algorithm>
#include <utility>

#include "gort/gstruct/crosscheck/dwarf_constants.h"
#include "gort/gstruct/crosscheck/dwarf_form.h"

namespace gort::crosscheck {
namespace {

// Where a DIE keeps the attribute, or nullptr when nobody asks for it.
FormValue* Wanted(Die& die, uint64_t attribute) {
  switch (attribute) {
    case DW_AT_name:
      return &die.name;
    case DW_AT_byte_size:
      return &die.byte_size;
    case DW_AT_type:
      return &die.type;
    case DW_AT_data_member_location:
      return &die.member_location;
    case DW_AT_data_bit_offset:
      return &die.bit_offset;
    case DW_AT_count:
      return &die.count;
    case DW_AT_upper_bound:
      return &die.upper_bound;
    case DW_AT_producer:
      return &die.producer;
    case DW_AT_str_offsets_base:
      return &die.str_offsets_base;
    default:
      return nullptr;
  }
}

// The string at `offset` of a string section; empty when it lies outside, or is longer than any name that matters: many
// entries may share one string, and its length must not count for each.
std::string_view StringAt(std::string_view section, uint64_t offset) {
  constexpr size_t kMaxLength = 4096;
  if (offset >= section.size()) return {};
  return Cursor(section.substr(static_cast<size_t>(offset), kMaxLength)).CString();
}

}  // namespace

Result<DwarfSections> LoadDwarfSections(ElfFile& elf) {
  DwarfSections sections;
  sections.file_name = elf.name();
  const std::pair<std::string_view, std::string_view*> wanted[] = {
      {"info", &sections.info},         {"abbrev", &sections.abbrev},           {"str", &sections.str},
      {"line_str", &sections.line_str}, {"str_offsets", &sections.str_offsets},
  };
  for (const auto& [name, view] : wanted) {
    Result<std::string_view> content = elf.DebugSection(name);
    if (!content.ok()) return content.error();
    *view = *content;
  }
  if (sections.info.empty()) {
    return Error{
        elf.name() +
        " has no debug information (.debug_info), it is stripped: build it with -g (Go: without -ldflags=-w or -s) "
        "and do not strip it"};
  }
  return sections;
}

Error DwarfInfo::Damaged(uint64_t offset, std::string_view what) const {
  return Error{sections_.file_name + ": damaged debug information at .debug_info+" + std::to_string(offset) + ": " +
               std::string(what) + "; build it again"};
}

Result<DwarfInfo> DwarfInfo::Open(const DwarfSections& sections) {
  // A browser has a hundred thousand; a megabyte of compressed garbage could announce a hundred million.
  constexpr size_t kMaxUnits = 1 << 20;
  DwarfInfo dwarf(sections);
  for (uint64_t offset = 0; offset < sections.info.size(); offset = dwarf.units_.back().end) {
    if (dwarf.units_.size() == kMaxUnits) return dwarf.Damaged(offset, "more units than any program has");
    Result<Unit> unit = dwarf.ReadUnitHeader(offset);
    if (!unit.ok()) return unit.error();
    dwarf.units_.push_back(*unit);
  }
  return dwarf;
}

Result<Unit> DwarfInfo::ReadUnitHeader(uint64_t offset) {
  constexpr uint32_t kDwarf64 = 0xffffffff;
  constexpr uint32_t kReservedLengths = 0xfffffff0;
  Unit unit;
  unit.offset = offset;
  Cursor in(sections_.info, offset);
  uint64_t length = in.U32();
  unit.offset_size = length == kDwarf64 ? 8 : 4;
  if (length == kDwarf64) {
    length = in.U64();
  } else if (length >= kReservedLengths) {
    return Damaged(offset, "a reserved unit length");
  }
  if (!in.ok() || length > in.remaining()) return Damaged(offset, "the unit is longer than the section");
  unit.end = in.offset() + length;

  in = At(unit, in.offset());
  unit.version = in.U16();
  if (in.ok() && (unit.version < 2 || unit.version > 5)) {
    return Damaged(offset, "DWARF version " + std::to_string(unit.version) + ", known are 2 to 5");
  }
  uint64_t abbrev_offset = 0;
  if (unit.version < 5) {
    abbrev_offset = in.Unsigned(unit.offset_size);
    unit.address_size = in.U8();
  } else {
    const uint8_t type = in.U8();
    unit.address_size = in.U8();
    abbrev_offset = in.Unsigned(unit.offset_size);
    const bool has_id =
        type == DW_UT_skeleton || type == DW_UT_split_compile || type == DW_UT_type || type == DW_UT_split_type;
    if (has_id) in.Skip(8);
    if (type == DW_UT_type || type == DW_UT_split_type) in.Skip(unit.offset_size);
  }
  if (!in.ok()) return Damaged(offset, "the unit's header is cut short");
  if (unit.address_size != 4 && unit.address_size != 8) {
    return Damaged(offset, "addresses of " + std::to_string(unit.address_size) + " bytes");
  }
  unit.first_die = in.offset();

  Result<const AbbrevTable*> abbrevs = abbrevs_->At(abbrev_offset);
  if (!abbrevs.ok()) return Damaged(offset, abbrevs.error().sentence);
  unit.abbrevs = *abbrevs;

  // The base stands in the unit's first DIE. Without one it is behind the header of the only contribution.
  unit.str_offsets_base = unit.offset_size * 2;
  if (in.at_end()) return unit;
  Result<Die> root = ReadDie(unit, in);
  if (!root.ok()) return root.error();
  if (root->str_offsets_base.is_number()) unit.str_offsets_base = root->str_offsets_base.number;
  return unit;
}

Result<Die> DwarfInfo::ReadDie(const Unit& unit, Cursor& in) const {
  Die die;
  die.offset = in.offset();
  const uint64_t code = in.Uleb();
  if (!in.ok()) return Damaged(die.offset, "a list of entries does not end");
  if (code == 0) return die;
  const auto found = unit.abbrevs->find(code);
  if (found == unit.abbrevs->end())
    return Damaged(die.offset, "abbreviation " + std::to_string(code) + " does not exist");
  const Abbrev& abbrev = found->second;
  die.tag = abbrev.tag;
  die.has_children = abbrev.has_children;
  for (const AttributeSpec& spec : abbrev.attributes) {
    FormValue value;
    if (!ReadForm(unit, spec, in, value)) return Damaged(die.offset, "unknown form " + std::to_string(spec.form));
    if (FormValue* slot = Wanted(die, spec.attribute); slot != nullptr) *slot = value;
    if (spec.attribute == DW_AT_declaration) die.is_declaration = value.number != 0;
    if (spec.attribute == DW_AT_external) die.is_external = value.number != 0;
  }
  if (!in.ok()) return Damaged(die.offset, "an entry is cut short");
  return die;
}

const Unit* DwarfInfo::UnitAt(uint64_t offset) const {
  const auto after = std::upper_bound(units_.begin(), units_.end(), offset,
                                      [](uint64_t wanted, const Unit& unit) { return wanted < unit.offset; });
  if (after == units_.begin()) return nullptr;
  const Unit& unit = *std::prev(after);
  return offset >= unit.first_die && offset < unit.end ? &unit : nullptr;
}

std::string_view DwarfInfo::Text(const Unit& unit, const FormValue& value) const {
  switch (value.kind) {
    case FormValue::Kind::kString:
      return value.bytes;
    case FormValue::Kind::kStringAt:
      return StringAt(sections_.str, value.number);
    case FormValue::Kind::kLineStringAt:
      return StringAt(sections_.line_str, value.number);
    case FormValue::Kind::kStringIndex: {
      // An index past the section must not wrap around to its front.
      if (value.number > sections_.str_offsets.size()) return {};
      Cursor in(sections_.str_offsets, unit.str_offsets_base);
      in.Skip(value.number * unit.offset_size);
      const uint64_t offset = in.Unsigned(unit.offset_size);
      return in.ok() ? StringAt(sections_.str, offset) : std::string_view();
    }
    default:
      return {};
  }
}

}  // namespace gort::crosscheck
