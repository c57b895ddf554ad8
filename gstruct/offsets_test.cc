// Every number of //gstruct:offsets against the compiler's own, proved while compiling.
// golden_test.sh compiles this file for the other architectures too.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gort/gstruct/g.h"
#include "gort/gstruct/hchan.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/schedt.h"
#include "gort/gstruct/stack.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/sudog.h"

namespace gort::runtime {
namespace {

#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // structs with atomics in arrays; both compilers know the answer

struct Constant {
  std::string_view name;
  std::uint64_t value;
};
constexpr Constant kConstants[] = {
    {"_Gidle", kGidle},       {"_Grunnable", kGrunnable},     {"_Grunning", kGrunning},
    {"_Gsyscall", kGsyscall}, {"_Gwaiting", kGwaiting},       {"_Gdead", kGdead},
    {"_Pidle", kPidle},       {"_Prunning", kPrunning},       {"_Pgcstop", kPgcstop},
    {"_Pdead", kPdead},       {"stackGuard", stackGuard},     {"stackPreempt", stackPreempt},
    {"stackFork", stackFork}, {"rt0StackSize", rt0StackSize}, {"rt0StackSlack", rt0StackSlack},
};

consteval std::uint64_t ValueOf(std::string_view name) {
  for (const Constant& constant : kConstants) {
    if (constant.name == name) return constant.value;
  }
  throw "//gstruct:offsets has a constant that kConstants lacks; add it above";
}

#define GORT_STRUCT(name, size, align) static_assert(sizeof(name) == size && alignof(name) == align, #name);
#define GORT_FIELD(name, field, offset, size) \
  static_assert(offsetof(name, field) == offset && sizeof(name::field) == size, #name "." #field);
#define GORT_CONST(name, value) static_assert(ValueOf(#name) == value, #name);
#include "gort/gstruct/go_asm.inc"
#undef GORT_STRUCT
#undef GORT_FIELD
#undef GORT_CONST

// Something was there to compare.
constexpr int kRecords = 0
#define GORT_STRUCT(name, size, align) +1
#define GORT_FIELD(name, field, offset, size) +1
#define GORT_CONST(name, value) +1
#include "gort/gstruct/go_asm.inc"
    ;
static_assert(kRecords > 100);

}  // namespace
}  // namespace gort::runtime

int main() {}
