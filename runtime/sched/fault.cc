#include "gort/runtime/sched/fault.h"

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/ucontext.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gort/stack/overflow.h"

namespace gort::runtime {

namespace {

constexpr int kFatalStatus = 2;  // Go's exit status for everything that it reports itself

// What was installed before us. Written once by InstallFaultHandlers.
constinit sys::KernelSigaction previous_segv{};
constinit sys::KernelSigaction previous_bus{};

// Only SIG_DFL (0) and SIG_IGN (1) are nobody's.
bool IsSomebodys(const sys::KernelSigaction& action) { return reinterpret_cast<uintptr_t>(action.handler) > 1; }

[[noreturn]] void ReportOverflow(g* gp, uintptr_t sp, Ucontext* uc) {
  sys::Printer out;
  out.Str("runtime: goroutine stack exceeds ").Udec(gp->slot.hi - gp->slot.lo).Str("-byte limit\n");
  out.Str("runtime: sp=").Hex(sp).Str(" stack=[").Hex(gp->stack.lo).Str(", ").Hex(gp->stack.hi).Str("]\n");
  out.Str("fatal error: stack overflow\n").Flush();
  DumpGoroutine(gp, uc);
  sys::ExitGroup(kFatalStatus);
}

void ReportFault(g* gp, int sig, const sys::SiginfoFault* info, const Fault& fault, FaultKind kind, Ucontext* uc) {
  sys::Printer out;
  out.Str("fatal error: ").Str(FaultKindText(kind));
  if (kind == FaultKind::kForeignGuard) {
    out.Str(": address is in the guard of the stack [").Hex(fault.at.lo).Str(", ").Hex(fault.at.hi).Char(']');
  }
  out.Str(sig == sys::kSIGBUS ? "\n[signal SIGBUS: bus error code=" : "\n[signal SIGSEGV: segmentation violation code=");
  out.Hex(static_cast<std::uint64_t>(info->code)).Str(" addr=").Hex(info->addr).Str(" pc=").Hex(PcOf(uc));
  out.Str("]\n").Flush();
  if (gp != nullptr) DumpGoroutine(gp, uc);
}

// What happens after us: the handler that was there before, called as the kernel would, or the default action.
void PassOn(int sig, const sys::SiginfoFault* info, Ucontext* uc) {
  const sys::KernelSigaction& previous = sig == sys::kSIGBUS ? previous_bus : previous_segv;
  if (IsSomebodys(previous)) {
    // Ours stays installed: a handler that recovers (siglongjmp, a JIT) leaves the next overflow to us again.
    sys::SigsetBits before;
    sys::RtSigprocmask(sys::kSIG_BLOCK, &previous.mask, &before);
    previous.handler(sig, const_cast<sys::SiginfoFault*>(info), uc);
    sys::RtSigprocmask(sys::kSIG_SETMASK, &before, nullptr);
    return;
  }
  // A fault happens again when we return, and then meets the default action. A signal that somebody sent does not, so it
  // is sent once more; it stays pending until we return.
  sys::RtSigaction(sig, &previous, nullptr);
  if (info->code <= 0) sys::Tgkill(sys::Getpid(), sys::Gettid(), sig);
}

// Runs on: gsignal. Whatever was interrupted may hold any lock and be anywhere in malloc.
void HandleFault(int sig, void* info_pointer, void* uc_pointer) {
  const auto* info = static_cast<const sys::SiginfoFault*>(info_pointer);
  auto* uc = static_cast<Ucontext*>(uc_pointer);
  if (info->code <= 0) {  // kill(2) and its like: no fault
    PassOn(sig, info, uc);
    return;
  }
  g* gp = getg();
  const bool on_g0 = gp != nullptr && gp == gp->m->g0;
  if (on_g0) gp = gp->m->curg;  // in systemstack it is the goroutine's doing; in the scheduler there is none
  if (gp != nullptr) {
    gp->sig = static_cast<std::uint32_t>(sig);
    gp->sigcode0 = static_cast<uintptr_t>(info->code);
    gp->sigcode1 = info->addr;
    gp->sigpc = PcOf(uc);
  }
  Fault fault;
  const stack current = gp != nullptr && !on_g0 ? gp->stack : stack{};
  const FaultKind kind = ClassifyFaultAt(info->addr, SpOf(uc), info->code, current, &fault);
  if (kind == FaultKind::kOverflow) ReportOverflow(gp, SpOf(uc), uc);
  const sys::KernelSigaction& previous = sig == sys::kSIGBUS ? previous_bus : previous_segv;
  if (!IsSomebodys(previous)) ReportFault(gp, sig, info, fault, kind, uc);
  PassOn(sig, info, uc);
}

}  // namespace

void InstallFaultHandlers() {
  sys::KernelSigaction action = {};
  action.handler = &HandleFault;
  action.flags = sys::kSA_SIGINFO | sys::kSA_ONSTACK;
  sys::RtSigaction(sys::kSIGSEGV, &action, &previous_segv);
  sys::RtSigaction(sys::kSIGBUS, &action, &previous_bus);
}

}  // namespace gort::runtime
