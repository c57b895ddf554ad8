// Linking this file gives tracebacks their names: abseil's symbolizer reads the executable's .symtab without allocation and
// is fit for signal handlers. It is apart from frames.cc so that who depends on //rt0 alone need not build abseil;
// gort_cc_binary and gort_cc_test add it.

#include "absl/debugging/symbolize.h"
#include "gort/runtime/debug/frames.h"

namespace gort::runtime {
namespace {

bool Symbolize(std::uintptr_t pc, char* name, std::size_t size_bytes) {
  return absl::Symbolize(reinterpret_cast<void*>(pc), name, static_cast<int>(size_bytes));
}

[[gnu::constructor]] void Install() {
  absl::InitializeSymbolizer("/proc/self/exe");
  SetSymbolizer(&Symbolize);
}

}  // namespace
}  // namespace gort::runtime
