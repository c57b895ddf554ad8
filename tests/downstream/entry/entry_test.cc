#include <elf.h>
#include <sys/auxv.h>

#include <cstdint>
#include <cstdio>
#include <stdexcept>

#if defined(__x86_64__)
extern "C" const char entry_point[] asm("_rt0_amd64_linux");
#elif defined(__aarch64__)
extern "C" const char entry_point[] asm("_rt0_arm64_linux");
#elif defined(__riscv)
extern "C" const char entry_point[] asm("_rt0_riscv64_linux");
#endif

namespace {

struct Constructed {
  Constructed() : done(true) {}
  bool done;
} constructed;

bool Catches() {
  try {
    throw std::runtime_error("thrown");
  } catch (const std::exception& e) {
    return true;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool ok = getauxval(AT_ENTRY) == reinterpret_cast<std::uintptr_t>(entry_point) && constructed.done &&
                  argc >= 1 && argv[argc] == nullptr && Catches();
  std::puts(ok ? "the process started at _rt0"
               : "FAILED: the process did not start at gort's entry point, or libc is not up");
  return ok ? 0 : 1;
}
