// Which file the code at an address was loaded from, as /proc/self/maps says: the executable, shared objects, the vDSO.
//
// Rejected: dladdr and dl_iterate_phdr. They take the loader's lock, and a fault inside dlopen would hang its own report.
#ifndef GORT_RUNTIME_DEBUG_MODULES_H_
#define GORT_RUNTIME_DEBUG_MODULES_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/debug/dwarf.h"
#include "gort/runtime/debug/elf.h"
#include "gort/runtime/debug/line.h"
#include "gort/runtime/debug/maps.h"

namespace gort::runtime {

// One mapping of code.
struct Module {
  AddressRange range;
  std::uint64_t offset;  // of range.lo in the file
  char path[256];        // cut off where it is longer
  bool opened;           // the file and what is in it have been looked at
  ElfFile file;
  LineTable lines;
  DwarfSections dwarf;

  // `pc` as the file's headers count: what addr2line wants. Where the file cannot be read, the offset in it.
  std::uint64_t AddressOf(std::uintptr_t pc) const {
    const std::uint64_t in_file = pc - range.lo + offset;
    return file.valid() ? file.AddressOf(in_file) : in_file;
  }
};

class Modules {
 public:
  // The mapping of code that `pc` is in, with its file opened; null when it is in none. The list is read when it does not have
  // `pc`, and again when something was loaded meanwhile. Of more than kMost mappings the rest is not known.
  // Runs on: any, also gsignal; one at a time.  Blocks: M, as reading files does.
  Module* Find(std::uintptr_t pc);

 private:
  static constexpr std::size_t kMost = 512;
  void Read();
  void Add(const MapsLine& line);
  Module* Known(std::uintptr_t pc);

  Module* modules_ = nullptr;  // pages of our own
  std::size_t count_ = 0;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_MODULES_H_
