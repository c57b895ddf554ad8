// The functions that a compiler has inlined where an address is: frames that the stack does not have, out of .debug_info.
//
//     void Inner() { trap }                      the function's entry        low, high      address of the trap
//     void Middle() { Inner(); }  // line 2        inlined: Middle, line 3   [......................x......]
//     void Outer() { Middle(); }  // line 3          inlined: Inner, line 2           [..........x......]
//
//     Inner()   the line of the address, by .debug_line
//     Middle()  line 2
//     Outer()   line 3
//
// An address's unit is the one whose root names the line table that the address was found in: .debug_aranges, which clang does not
// write, is not needed. The first look into a unit goes once through all of its entries, and keeps where functions and their scopes
// begin and end; another look into the same unit reads only the functions.
// No malloc, no lock, no recursion; every list has a bound, and what is beyond is not found.
// Source: DWARF Debugging Information Format 5, section 3.3.8.
#ifndef GORT_RUNTIME_DEBUG_INLINE_H_
#define GORT_RUNTIME_DEBUG_INLINE_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/debug/dwarf.h"

namespace gort::runtime {

// A call that is not there: its function was put in its place.
struct InlinedCall {
  std::uint64_t function;  // its entry in .debug_info
  std::uint64_t file;      // where the call was: a number in the line table's list of files, as it counts
  std::uint32_t line;
};

// About 4 MB of address space, of which only as much becomes memory as the largest unit needs; the process needs one. All zeroes is
// its beginning, so that it can be made of fresh pages.
class InlineReader {
 public:
  static constexpr std::size_t kMostCalls = 32;

  // The calls around `address`, outermost first: number 0 stands in the function whose code the address is in. `address` as the
  // file's own headers count; `line_table` is where its line was found (SourceLine::table).
  // Runs on: any, also gsignal; one at a time.  Blocks: M, for some 10 ns for each byte of the unit.
  // Errors: 0 when there are none, and when .debug_info is absent, compressed or damaged.
  std::size_t Find(const DwarfSections& sections, std::uint64_t line_table, std::uint64_t address, InlinedCall calls[kMostCalls]);

  // Writes the name of `function`, of an InlinedCall, to to[0, size_bytes), with a NUL, in the form that abseil's symbolizer gives
  // names: "worker::(anonymous namespace)::Pool<>::Step()", a lambda "main::{lambda()}::operator()()". With -g1 compilers leave out
  // the scopes: then it is the linker's name, where there is one, or the bare name, and the result is false.
  // Errors: the name is empty.
  // Runs on, Blocks: as Find.
  bool Name(const DwarfSections& sections, std::uint64_t function, char* to, std::size_t size_bytes);

 private:
  // Something that functions lie in, or a function. Offsets count from the beginning of the unit.
  struct Scope {
    std::uint32_t begin;
    std::uint32_t end;     // the first entry that is not in it
    std::uint32_t parent;  // in scopes_; kNone
    std::uint16_t depth;   // how many entries it is in, scopes or not
    bool has_code;
  };
  struct Part;
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::size_t kMostScopes = 1 << 18;
  static constexpr std::uint64_t kMostUnitBytes = 1 << 28;

  bool EnterByLineTable(const DwarfSections& sections, std::uint64_t line_table);
  bool EnterByOffset(const DwarfSections& sections, std::uint64_t offset);
  bool Enter();
  std::uint32_t ScopeAround(std::uint64_t offset) const;
  std::size_t FindParts(const DwarfSections& sections, std::uint64_t function, Part* parts, const char** linkage_name);

  DwarfUnit unit_;
  const unsigned char* file_;  // .debug_info of the file whose unit unit_ and scopes_ are about; null: of none
  std::size_t count_;
  Scope scopes_[kMostScopes];
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_INLINE_H_
