// From an address to a line of source text: a reader of DWARF's .debug_line, versions 2 to 5, as gcc and clang write it.
//
// It reads nothing but the line tables. Each is a program that generates rows (address, file, line); a run of rows with rising
// addresses is a sequence, one for each function or for each section of code. So that a lookup runs only one table's program, all of
// them are run once, and where each sequence lies is kept:
//
//     .debug_line   [ unit 0: head, files | program ][ unit 1 ... ]
//                                              |
//     sequences     [lo, hi) -> unit     <-----+        24 bytes each, in pages of our own
//
// Rejected: .debug_info and .debug_aranges to find the unit. clang writes no aranges, and .debug_info is many times the size: who wants
// to know which functions were inlined where the line is reads one unit of it (inline.h).
// No malloc, no lock, no recursion; every offset is checked, and a damaged table gives wrong lines or none, never a fault.
// Source: DWARF Debugging Information Format 5, section 6.2; versions 2 to 4 of the same.
#ifndef GORT_RUNTIME_DEBUG_LINE_H_
#define GORT_RUNTIME_DEBUG_LINE_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/debug/elf.h"

namespace gort::runtime {

struct SourceLine {
  const char* directory;  // "" when there is none, or it is the one that the compiler ran in
  const char* file;
  std::uint32_t line;
  std::uint64_t table;  // the table that it was found in, by where that begins in .debug_line
};

class LineTable {
 public:
  LineTable() = default;
  // Runs on: any, also gsignal.  Blocks: M, for some 5 ns for each byte of .debug_line.
  // Errors: what is damaged is left out; without memory from the kernel everything is.
  explicit LineTable(const ElfFile& file);

  // The line that the instruction at `address` comes from; `address` as the file's own headers count. The strings are the file's.
  bool Find(std::uint64_t address, SourceLine* line) const;

  // The file with `number` in the list of the table that begins at `table`; sets the line's directory and file.
  bool FindFile(std::uint64_t table, std::uint64_t number, SourceLine* line) const;

  // Whether line tables are there but compressed, which this reader does not understand.
  bool compressed() const { return compressed_; }

 private:
  struct Sequence {
    std::uint64_t lo, hi;
    std::uint64_t unit;  // where it begins in .debug_line
  };
  struct Unit;
  struct Row;
  template <class F>
  static void Run(const Unit& unit, F&& f);
  static bool ReadUnit(Bytes* section, Unit* unit);
  void AddSequence(const Sequence& sequence);
  bool FileOf(const Unit& unit, std::uint64_t number, SourceLine* line) const;
  bool FileOf4(Bytes tables, std::uint64_t number, SourceLine* line) const;
  bool FileOf5(const Unit& unit, std::uint64_t number, SourceLine* line) const;

  bool compressed_ = false;  // before the sections, which set it
  Bytes lines_;              // .debug_line
  Bytes line_strings_;       // .debug_line_str
  Bytes strings_;            // .debug_str
  Sequence* sequences_ = nullptr;
  std::size_t count_ = 0;
  std::size_t room_ = 0;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_LINE_H_
