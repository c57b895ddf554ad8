// The entries of DWARF's .debug_info, versions 2 to 5, as gcc and clang write them for a 64-bit machine.
//
// .debug_info is a row of units, one for each source file. A unit is a tree of entries: namespaces, classes, functions, what was
// inlined into those. An entry is the number of an abbreviation and values; the abbreviation says of what kind the entry is, which
// attributes it has, and in which form each of them is written:
//
//     .debug_info     [ unit: head | entry (root) | entry | ... ][ unit ... ]
//                                     |
//                                     v number
//     .debug_abbrev   [ 1: tag, children?, (attribute, form)... ][ 2: ... ] 0
//
// Children follow their parent; an entry with number 0 ends a list of children. So a reader that goes forward sees the tree in
// preorder.
// No malloc, no lock, no recursion; every offset is checked. From damaged entries come wrong values, never a fault, and each step goes
// forward, so that reading ends.
// Source: DWARF Debugging Information Format 5, sections 2, 7.4 to 7.6 and 7.25 to 7.28; versions 2 to 4 of the same.
#ifndef GORT_RUNTIME_DEBUG_DWARF_H_
#define GORT_RUNTIME_DEBUG_DWARF_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/debug/elf.h"

namespace gort::runtime {

enum DwarfTag : std::uint16_t {
  kEndOfChildren = 0,
  kClassType = 0x02,
  kStructureType = 0x13,
  kUnionType = 0x17,
  kInlinedSubroutine = 0x1d,
  kSubprogram = 0x2e,
  kNamespace = 0x39,
};

// What is read of a file. Compressed sections are as good as absent.
struct DwarfSections {
  DwarfSections() = default;
  explicit DwarfSections(const ElfFile& file);

  Bytes info;            // .debug_info
  Bytes abbreviations;   // .debug_abbrev
  Bytes strings;         // .debug_str
  Bytes line_strings;    // .debug_line_str
  Bytes string_offsets;  // .debug_str_offsets
  Bytes addresses;       // .debug_addr
  Bytes ranges;          // .debug_ranges, up to version 4
  Bytes range_lists;     // .debug_rnglists, since version 5
};

// The value of an attribute as it is written; what it means is DwarfUnit's to say.
struct DwarfValue {
  std::uint16_t form;  // 0: the entry has no such attribute
  std::uint64_t number;

  explicit operator bool() const { return form != 0; }
};

struct DwarfEntry {
  std::uint64_t offset;  // in .debug_info
  std::uint16_t tag;
  bool children;
  // Attributes, by their names in the standard. Only what is asked for.
  DwarfValue name, linkage_name, low_pc, high_pc, ranges, specification, abstract_origin, call_file, call_line;
  DwarfValue stmt_list, str_offsets_base, addr_base, rnglists_base;  // of a root
};

// One unit, opened. About 100 KB, so it does not live on a stack.
class DwarfUnit {
 public:
  DwarfUnit() = default;

  // Goes to the unit that begins at `offset` in .debug_info, and reads its root. False: there is none, or it is of a kind that has
  // no code. next() is right in any case. The sections' memory must outlive the use of this.
  bool Open(const DwarfSections& sections, std::uint64_t offset);
  // Makes all abbreviations known: needed before entries other than the root are read.
  void LoadAbbreviations() { LoadAbbreviations(0); }

  std::uint64_t offset() const { return offset_; }
  std::uint64_t next() const { return end_; }  // where it ends and the next begins
  std::uint64_t size() const { return end_ - offset_; }
  const DwarfEntry& root() const { return root_; }

  // A place to read from: the root, or the entry at `offset`; empty if that is not in this unit.
  Bytes Entries() const { return At(first_); }
  Bytes At(std::uint64_t offset) const;

  // Reads the entry at *at and goes behind it. False at the end of the unit, and where it cannot be read.
  bool Read(Bytes* at, DwarfEntry* entry) const;
  // The same, without its attributes. *has_code: there are addresses among them.
  bool Skip(Bytes* at, DwarfEntry* entry, bool* has_code) const;

  const char* String(const DwarfValue& value) const;  // "" when it cannot be read
  // Where the entry begins that `value` refers to, perhaps in another unit; 0: nowhere.
  std::uint64_t Reference(const DwarfValue& value) const;
  // Whether the code of `entry` includes `address`.
  bool Covers(const DwarfEntry& entry, std::uint64_t address) const;

 private:
  struct Abbreviation {
    std::uint32_t attributes;  // where they begin in .debug_abbrev
    std::uint16_t tag;         // 0: no such abbreviation
    std::uint16_t size;        // of an entry's values, kVariable when each has its own
    bool children;
    bool has_code;
  };
  static constexpr std::uint16_t kVariable = 0xffff;
  static constexpr std::size_t kMostAbbreviations = 8192;

  bool ReadHead(Bytes rest);
  void LoadAbbreviations(std::uint64_t last);
  bool Start(Bytes* at, DwarfEntry* entry, const Abbreviation** abbreviation) const;
  int SizeOf(std::uint64_t form) const;
  std::uint64_t ReadVariable(Bytes* at, std::uint64_t form) const;
  DwarfValue ReadValue(Bytes* at, std::uint64_t form) const;
  std::uint64_t Indexed(Bytes table, const DwarfValue& base, std::uint64_t index, std::size_t size) const;
  std::uint64_t Address(const DwarfValue& value) const;
  bool RangesCover(const DwarfValue& value, std::uint64_t address) const;
  bool RangeListCovers(Bytes list, std::uint64_t address) const;

  DwarfSections sections_;
  std::uint64_t offset_;  // in .debug_info
  std::uint64_t first_;   // the root's
  std::uint64_t end_;
  std::uint64_t abbreviations_at_;
  int version_;
  std::size_t offset_size_;  // 4, or 8 in 64-bit DWARF
  DwarfEntry root_;
  std::size_t known_;                       // of table_; nothing is set from there on
  Abbreviation table_[kMostAbbreviations];  // by number; one that is too large is not known
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_DWARF_H_
