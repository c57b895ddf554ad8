#include "gort/gstruct/crosscheck/own_layout.h"

#include <cstdint>

namespace gort::crosscheck {

Layout OwnLayout() {
  Layout layout;
// The fields of a structure follow it.
#define GORT_STRUCT(name, size, align) layout.structs.push_back({#name, uint64_t{size}, {}});
#define GORT_FIELD(owner, name, offset, size) \
  layout.structs.back().fields.push_back({#name, uint64_t{offset}, uint64_t{size}});
#define GORT_CONST(name, value) layout.constants.push_back({#name, static_cast<uint64_t>(value)});
#include "gort/gstruct/go_asm.inc"
#undef GORT_STRUCT
#undef GORT_FIELD
#undef GORT_CONST
  return layout;
}

std::string_view OwnGoArch() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64";
#else
#error "crosscheck: gort has no port to this architecture; build for amd64, arm64 or riscv64"
#endif
}

}  // namespace gort::crosscheck
