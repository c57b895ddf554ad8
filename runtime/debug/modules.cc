#include "gort/runtime/debug/modules.h"

#include <cstring>
#include <new>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

// Lies in the executable, wherever that is.
void SomewhereInTheExecutable() {}

}  // namespace

void Modules::Add(const MapsLine& line) {
  if (!line.executable || *line.path == '\0') return;  // without a path: code that somebody made while the program ran
  Module found = {};
  found.range = line.range;
  found.offset = line.offset;
  std::strncpy(found.path, line.path, sizeof(found.path) - 1);
  for (std::size_t i = 0; i < count_; ++i) {
    const Module& known = modules_[i];
    if (known.range.lo == found.range.lo && known.offset == found.offset && std::strcmp(known.path, found.path) == 0) return;
  }
  if (count_ < kMost) new (&modules_[count_++]) Module(found);
}

void Modules::Read() {
  if (modules_ == nullptr) {
    const long pages = sys::Mmap(nullptr, kMost * sizeof(Module), sys::kPROT_READ | sys::kPROT_WRITE,
                                 sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
    if (sys::IsError(pages)) return;
    modules_ = reinterpret_cast<Module*>(pages);
  }
  MapsFile maps;
  for (MapsLine line; maps.Next(&line);) Add(line);
}

Module* Modules::Known(std::uintptr_t pc) {
  for (std::size_t i = count_; i > 0; --i) {  // what was loaded last may lie where something else was before
    if (modules_[i - 1].range.Contains(pc)) return &modules_[i - 1];
  }
  return nullptr;
}

Module* Modules::Find(std::uintptr_t pc) {
  Module* module = Known(pc);
  if (module == nullptr) {
    Read();
    module = Known(pc);
  }
  if (module == nullptr || module->opened) return module;
  module->opened = true;
  // The executable by the kernel's own name for it: its file may have been renamed or replaced since.
  const auto here = reinterpret_cast<std::uintptr_t>(&SomewhereInTheExecutable);
  const bool executable = module->range.Contains(here);
  module->file = ElfFile::Map(executable ? "/proc/self/exe" : module->path);
  if (!module->file.valid()) return module;
  module->lines = LineTable(module->file);
  module->dwarf = DwarfSections(module->file);
  return module;
}

}  // namespace gort::runtime
