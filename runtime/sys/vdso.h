// The kernel's shared object in every process: reading the clock without entering the kernel.
#ifndef GORT_RUNTIME_SYS_VDSO_H_
#define GORT_RUNTIME_SYS_VDSO_H_

#include "gort/runtime/sys/auxv.h"

namespace gort::runtime::sys {

// Finds clock_gettime in the vDSO and makes Nanotime use it. Returns whether it did; without it (no vDSO, an emulator,
// a kernel that exports other names) Nanotime goes on with the system call, and is right all the same. Once, at
// start-up.  Runs on: any.  Needs P: no.  Blocks: never.
// Source: Go 1.27 runtime.vdsoauxv; ELF gABI for the tables.
bool VdsoInit(const AuxvEntry* auxv);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_VDSO_H_
