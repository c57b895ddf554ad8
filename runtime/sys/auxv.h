// The auxiliary vector: what the kernel tells a process about itself, above envp on the initial stack.
//
//   argc | argv[0..argc-1] | 0 | envp[0..] | 0 | auxv[0..] | {AT_NULL, 0}
//
// Source: System V ABI (AMD64, process initialisation); Linux uapi values. They are the same on all our architectures.
#ifndef GORT_RUNTIME_SYS_AUXV_H_
#define GORT_RUNTIME_SYS_AUXV_H_

#include <cstdint>

namespace gort::runtime::sys {

// One entry, as the kernel lays it out on a 64-bit machine.
struct AuxvEntry {
  uintptr_t type;  // one of AuxvType, or one that we do not know
  uintptr_t value;
};
static_assert(sizeof(AuxvEntry) == 16, "Elf64_auxv_t is two words");

// The values of AT_*; the names are the kernel's without the prefix.
enum AuxvType : uintptr_t {
  kAtNull = 0,
  kAtPhdr = 3,
  kAtPhent = 4,
  kAtPhnum = 5,
  kAtPagesz = 6,
  kAtBase = 7,
  kAtEntry = 9,
  kAtUid = 11,
  kAtEuid = 12,
  kAtHwcap = 16,
  kAtSecure = 23,
  kAtRandom = 25,
  kAtHwcap2 = 26,
  kAtExecfn = 31,
  kAtSysinfoEhdr = 33,
  kAtMinsigstksz = 51,
};

// The vector that follows the null pointer at the end of `envp` (the process's first envp, not a copy made by setenv).
// Runs on: any.  Blocks: never.
inline const AuxvEntry* AuxvAfter(const char* const* envp) {
  while (*envp != nullptr) ++envp;
  return reinterpret_cast<const AuxvEntry*>(envp + 1);
}

// The value of the first entry of that type, or `missing` when there is none.
inline uintptr_t AuxvValue(const AuxvEntry* auxv, uintptr_t type, uintptr_t missing) {
  for (; auxv->type != kAtNull; ++auxv) {
    if (auxv->type == type) return auxv->value;
  }
  return missing;
}

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_AUXV_H_
