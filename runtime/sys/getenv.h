// The environment without libc: a look-up in the vector that the kernel left above argv.
#ifndef GORT_RUNTIME_SYS_GETENV_H_
#define GORT_RUNTIME_SYS_GETENV_H_

namespace gort::runtime::sys {

// The value of the first entry `key`=value of `envp` (null-terminated), a part of that entry; nullptr when there is none.
// Runs on: any.  Needs P: no.  Blocks: never.  Locks: none: nobody may change the vector meanwhile, as setenv does.
// Source: Go 1.27 runtime.gogetenv.
inline const char* Getenv(const char* const* envp, const char* key) {
  for (; *envp != nullptr; ++envp) {
    const char* entry = *envp;
    const char* k = key;
    while (*k != '\0' && *entry == *k) ++entry, ++k;
    if (*k == '\0' && *entry == '=') return entry + 1;
  }
  return nullptr;
}

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_GETENV_H_
