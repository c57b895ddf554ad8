// The machine code of the entry chain, byte by byte: what `objdump -d` would show, decided by the program itself.

#include <cstddef>
#include <cstring>

#include "gort/gstruct/g.h"
#include "gort/tests/startup_checks.h"

extern "C" {
[[gnu::visibility("hidden")]] extern const unsigned char gort_rt0_amd64_linux[] asm("_rt0_amd64_linux");
[[gnu::visibility("hidden")]] extern const unsigned char gort_rt0_amd64[] asm("_rt0_amd64");
[[gnu::visibility("hidden")]] extern const unsigned char gort_rt0_go[] asm("runtime.rt0_go");
}

namespace gort::startup_checks {

namespace {

using std::uintptr_t;

constexpr unsigned char kMovArgc[] = {0x48, 0x8b, 0x3c, 0x24};        // movq (%rsp), %rdi
constexpr unsigned char kLeaArgv[] = {0x48, 0x8d, 0x74, 0x24, 0x08};  // leaq 8(%rsp), %rsi

// Where the direct jump at `code` goes; 0 when it is none.
uintptr_t JumpTarget(const unsigned char* code) {
  constexpr unsigned char kJmpRel32 = 0xe9;
  constexpr unsigned char kJmpRel8 = 0xeb;
  const auto next = reinterpret_cast<uintptr_t>(code);
  if (code[0] == kJmpRel32) {
    std::int32_t distance;
    std::memcpy(&distance, code + 1, sizeof(distance));
    return next + 5 + static_cast<uintptr_t>(static_cast<std::intptr_t>(distance));
  }
  if (code[0] == kJmpRel8) {
    return next + 2 + static_cast<uintptr_t>(static_cast<std::intptr_t>(static_cast<signed char>(code[1])));
  }
  return 0;
}

// Whether `code` begins with the four stores, in the text's order: movq %rbx, disp(%rdi) three times, and %rsp last.
bool AreTheFourStores(const unsigned char* code) {
  const unsigned char stores[] = {
      0x48, 0x89, 0x5f, offsetof(runtime::g, stackguard0),                           //
      0x48, 0x89, 0x5f, offsetof(runtime::g, stackguard1),                           //
      0x48, 0x89, 0x1f,                                                              // stack.lo, at 0
      0x48, 0x89, 0x67, offsetof(runtime::g, stack) + offsetof(runtime::stack, hi),  //
  };
  static_assert(offsetof(runtime::g, stack) + offsetof(runtime::stack, lo) == 0, "its store has no displacement byte");
  return std::memcmp(code, stores, sizeof(stores)) == 0;
}

}  // namespace

void EntryCode(Report report) {
  report("_rt0_amd64_linux is a jump to _rt0_amd64", reinterpret_cast<uintptr_t>(gort_rt0_amd64),
         JumpTarget(gort_rt0_amd64_linux));

  const unsigned char* code = gort_rt0_amd64;
  report("_rt0_amd64 loads argc from 0(rsp)", 0, std::memcmp(code, kMovArgc, sizeof(kMovArgc)) != 0);
  code += sizeof(kMovArgc);
  report("_rt0_amd64 takes argv from 8(rsp)", 0, std::memcmp(code, kLeaArgv, sizeof(kLeaArgv)) != 0);
  code += sizeof(kLeaArgv);
  report("_rt0_amd64 jumps to runtime.rt0_go", reinterpret_cast<uintptr_t>(gort_rt0_go), JumpTarget(code));

  constexpr int kSearchBytes = 128;
  int found = 0;
  for (int i = 0; i < kSearchBytes; ++i) found += AreTheFourStores(gort_rt0_go + i);
  report("rt0_go stores stackguard0, stackguard1, stack.lo, stack.hi in this order, once", 1, found);
}

}  // namespace gort::startup_checks
