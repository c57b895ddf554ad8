#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

#if defined(__x86_64__)
extern "C" void __restore_rt();  // sigreturn_amd64.S
#endif

namespace gort::runtime::sys {
namespace {

// The size of the kernel's signal set; it refuses any other.
constexpr long kSigsetBytes = sizeof(SigsetBits);

// By the pointer's own type: gcc takes an untyped pointer to const for a read of memory that the kernel is about to
// write.
template <typename T>
long Long(T* p) {
  return static_cast<long>(reinterpret_cast<uintptr_t>(p));
}

}  // namespace

long RtSigaction(int sig, const KernelSigaction* act, KernelSigaction* old) {
#if defined(__x86_64__)
  // amd64 has no other way back from a handler: the kernel refuses to deliver without a restorer. arm64 and riscv64
  // return through code in the vDSO that their unwinders know, so there we leave the field alone.
  KernelSigaction with_restorer;
  if (act != nullptr) {
    with_restorer = *act;
    with_restorer.flags |= kSA_RESTORER;
    with_restorer.restorer = __restore_rt;
    act = &with_restorer;
  }
#endif
  return Syscall(kSysRtSigaction, sig, Long(act), Long(old), kSigsetBytes);
}

long RtSigprocmask(int how, const SigsetBits* set, SigsetBits* old) {
  return Syscall(kSysRtSigprocmask, how, Long(set), Long(old), kSigsetBytes);
}

long Sigaltstack(const StackT* ss, StackT* old) { return Syscall(kSysSigaltstack, Long(ss), Long(old)); }

}  // namespace gort::runtime::sys
