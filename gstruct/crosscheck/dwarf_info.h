// Debugging information entries (DIEs) of a linked file: DWARF 2 to 5, as gcc, clang and Go write it.
//
// Only what a search for structures needs is kept of a DIE; everything else is stepped over.

#ifndef GORT_GSTRUCT_CROSSCHECK_DWARF_INFO_H_
#define GORT_GSTRUCT_CROSSCHECK_DWARF_INFO_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/dwarf_abbrev.h"
#include "gort/gstruct/crosscheck/elf_file.h"
#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// The sections that are read; views into an ElfFile, empty where the file has none.
struct DwarfSections {
  std::string file_name;
  std::string_view info;
  std::string_view abbrev;
  std::string_view str;
  std::string_view line_str;
  std::string_view str_offsets;
};

// Errors: a section is damaged, or there is no debug information at all (a stripped file). The views live as long as
// `elf`.
Result<DwarfSections> LoadDwarfSections(ElfFile& elf);

struct Unit {
  uint64_t offset = 0;     // of the header in .debug_info
  uint64_t first_die = 0;  // likewise
  uint64_t end = 0;        // likewise, one past the unit
  unsigned version = 0;
  unsigned offset_size = 0;   // 4 or 8
  unsigned address_size = 0;  // 4 or 8
  uint64_t str_offsets_base = 0;
  const AbbrevTable* abbrevs = nullptr;
};

// One attribute's value, as far as it can be known without looking elsewhere.
struct FormValue {
  enum class Kind : uint8_t {
    kAbsent,
    kNumber,        // constants, flags, offsets
    kReference,     // number: offset of a DIE in .debug_info
    kBlock,         // bytes
    kString,        // bytes
    kStringAt,      // number: offset in .debug_str
    kLineStringAt,  // number: offset in .debug_line_str
    kStringIndex,   // number: index into .debug_str_offsets
    kOpaque,        // of no use to us: addresses, type signatures, references into other files
  };
  Kind kind = Kind::kAbsent;
  uint64_t number = 0;
  std::string_view bytes;

  bool present() const { return kind != Kind::kAbsent; }
  bool is_number() const { return kind == Kind::kNumber; }
};

struct Die {
  uint64_t offset = 0;
  uint64_t tag = 0;  // 0: the null entry that ends a list of children
  bool has_children = false;
  bool is_declaration = false;
  bool is_external = false;
  FormValue name;
  FormValue byte_size;
  FormValue type;
  FormValue member_location;
  FormValue bit_offset;
  FormValue count;
  FormValue upper_bound;
  FormValue producer;
  FormValue str_offsets_base;
};

class DwarfInfo {
 public:
  // Reads all unit headers. What `sections` views must outlive the DwarfInfo.
  // Errors: a header is damaged, cut short, or of a DWARF version that is not known.
  static Result<DwarfInfo> Open(const DwarfSections& sections);

  const std::vector<Unit>& units() const { return units_; }
  const std::string& file_name() const { return sections_.file_name; }
  uint64_t size_bytes() const { return sections_.info.size(); }

  // A cursor at `offset` that cannot leave `unit`.
  Cursor At(const Unit& unit, uint64_t offset) const {
    return Cursor(sections_.info.substr(0, static_cast<size_t>(unit.end)), offset);
  }

  // The DIE at `in`, which moves behind it.
  // Errors: damaged; the sentence names the file and the place.
  Result<Die> ReadDie(const Unit& unit, Cursor& in) const;

  // The unit that holds `offset`, or nullptr.
  const Unit* UnitAt(uint64_t offset) const;

  // A string attribute's text; empty when the attribute is absent, is no string, points outside its section, or at more
  // than 4095 bytes.
  std::string_view Text(const Unit& unit, const FormValue& value) const;

 private:
  explicit DwarfInfo(const DwarfSections& sections)
      : sections_(sections), abbrevs_(std::make_unique<AbbrevCache>(sections.abbrev)) {}

  Result<Unit> ReadUnitHeader(uint64_t offset);
  Error Damaged(uint64_t offset, std::string_view what) const;

  DwarfSections sections_;
  std::unique_ptr<AbbrevCache> abbrevs_;  // units point into it, and DwarfInfo moves
  std::vector<Unit> units_;
};

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_DWARF_INFO_H_
