#include "gort/runtime/debug/modules.h"

#include <cstring>
#include <new>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

// Lies in the executable, wherever that is.
void SomewhereInTheExecutable() {}

// Takes a hexadecimal number off *at.
std::uint64_t TakeHex(const char** at) {
  std::uint64_t value = 0;
  for (;; ++*at) {
    const char c = **at;
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
    } else {
      return value;
    }
  }
}

// Takes what is not a blank, then the blanks.
const char* SkipWord(const char* at) {
  while (*at != ' ' && *at != '\0') ++at;
  while (*at == ' ') ++at;
  return at;
}

}  // namespace

// "7f00-7f10 r-xp 00001000 08:01 1234    /usr/lib/libc.so.6"
void Modules::AddLine(char* line) {
  const char* at = line;
  Module found = {};
  found.lo = TakeHex(&at);
  if (*at++ != '-') return;
  found.hi = TakeHex(&at);
  if (*at++ != ' ' || std::strlen(at) < 5 || at[2] != 'x') return;
  at = SkipWord(at);
  found.offset = TakeHex(&at);
  for (int words = 0; words < 3; ++words) at = SkipWord(at);
  if (*at == '\0') return;  // code that somebody made while the program ran
  std::strncpy(found.path, at, sizeof(found.path) - 1);
  for (std::size_t i = 0; i < count_; ++i) {
    const Module& known = modules_[i];
    if (known.lo == found.lo && known.offset == found.offset && std::strcmp(known.path, found.path) == 0) return;
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
  const long fd = sys::Open("/proc/self/maps", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (sys::IsError(fd)) return;
  char buffer[1024];
  std::size_t size = 0;
  for (;;) {
    const long n = sys::Read(static_cast<int>(fd), buffer + size, sizeof(buffer) - 1 - size);
    if (n == -sys::kEINTR) continue;
    if (sys::IsError(n) || n == 0) break;
    size += static_cast<std::size_t>(n);
    buffer[size] = '\0';
    char* line = buffer;
    for (char* end; (end = std::strchr(line, '\n')) != nullptr; line = end + 1) {
      *end = '\0';
      AddLine(line);
    }
    size -= static_cast<std::size_t>(line - buffer);
    std::memmove(buffer, line, size);
    if (size == sizeof(buffer) - 1) size = 0;  // a line that is longer than any path
  }
  sys::Close(static_cast<int>(fd));
}

Module* Modules::Known(std::uintptr_t pc) {
  for (std::size_t i = count_; i > 0; --i) {  // what was loaded last may lie where something else was before
    if (pc >= modules_[i - 1].lo && pc < modules_[i - 1].hi) return &modules_[i - 1];
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
  const bool executable = here >= module->lo && here < module->hi;
  module->file = ElfFile::Map(executable ? "/proc/self/exe" : module->path);
  if (!module->file.valid()) return module;
  module->lines = LineTable(module->file);
  module->dwarf = DwarfSections(module->file);
  return module;
}

}  // namespace gort::runtime
