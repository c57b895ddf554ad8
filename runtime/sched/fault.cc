#include "gort/runtime/sched/fault.h"

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sched/ucontext.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gort/stack/overflow.h"

namespace gort::runtime {

namespace {

// The signals that are ours, in Go's words. Source: Go 1.27 runtime.sigtable.
struct FatalSignal {
  int sig;
  const char* name;
};
constexpr FatalSignal kFatalSignals[] = {
    {sys::kSIGQUIT, "SIGQUIT: quit"},
    {sys::kSIGILL, "SIGILL: illegal instruction"},
    {sys::kSIGTRAP, "SIGTRAP: trace trap"},
    {sys::kSIGABRT, "SIGABRT: abort"},
    {sys::kSIGBUS, "SIGBUS: bus error"},
    {sys::kSIGFPE, "SIGFPE: floating-point exception"},
    {sys::kSIGSEGV, "SIGSEGV: segmentation violation"},
    {sys::kSIGSYS, "SIGSYS: bad system call"},
};

const char* NameOf(int sig) {
  for (const FatalSignal& known : kFatalSignals) {
    if (known.sig == sig) return known.name;
  }
  return "unknown signal";
}

// What was installed before us. Written once by InstallFaultHandlers.
constinit sys::KernelSigaction previous_segv{};
constinit sys::KernelSigaction previous_bus{};

// Only SIG_DFL (0) and SIG_IGN (1) are nobody's.
bool IsSomebodys(const sys::KernelSigaction& action) { return reinterpret_cast<uintptr_t>(action.handler) > 1; }

// One signal, on the thread that got it.
struct Incident {
  int sig;
  const sys::Siginfo* info;
  Ucontext* uc;
  g* gp;       // FailingG(), or a stand-in for a thread that never came to us
  bool on_g0;  // the thread was in the scheduler or in systemstack, not on gp's stack

  bool IsMemoryFault() const { return (sig == sys::kSIGSEGV || sig == sys::kSIGBUS) && info->code > 0; }
  // By the kernel for what the thread did, or by the thread itself: raise, abort. Rather than by somebody from outside.
  bool IsOwnDoing() const {
    if (sig == sys::kSIGQUIT) return false;
    return info->code > 0 || (info->code == sys::kSI_TKILL && info->sender.pid == sys::Getpid());
  }
};

// What stands for threads that never came to us: "goroutine 0 [running]".
constinit g foreign_g{};
constinit m foreign_m{};

Incident MakeIncident(int sig, const sys::Siginfo* info, Ucontext* uc) {
  const g* self = getg();
  if (self == nullptr) return {sig, info, uc, &foreign_g, true};
  return {sig, info, uc, FailingG(), self == self->m->g0};
}

// ---- What is printed -------------------------------------------------------------------------------------------------

const char* BusErrorText(int code) {
  return code == sys::kBUS_ADRERR ? "access beyond the end of a mapped file" : "misaligned or failed memory access";
}

const char* FpeText(int code) {
  if (code == sys::kFPE_INTDIV) return "integer divide by zero";
  return code == sys::kFPE_INTOVF ? "integer overflow" : "floating point error";
}

// Source: Go 1.27 runtime.sigpanic, for the words that are Go's.
void PrintWhat(const Incident& in, const Fault& fault, FaultKind kind, sys::Printer* out) {
  switch (in.sig) {
    case sys::kSIGSEGV:
      out->Str(FaultKindText(kind));
      if (kind == FaultKind::kForeignGuard) {
        out->Str(": address is in the guard of the stack [").Hex(fault.at.lo).Str(", ").Hex(fault.at.hi).Char(']');
      }
      return;
    case sys::kSIGBUS:
      out->Str(kind == FaultKind::kOther ? BusErrorText(in.info->code) : FaultKindText(kind));
      return;
    case sys::kSIGFPE: out->Str(FpeText(in.info->code)); return;
    case sys::kSIGILL: out->Str("illegal instruction"); return;
    case sys::kSIGTRAP: out->Str("breakpoint without a debugger"); return;
    case sys::kSIGSYS: out->Str("system call ").Dec(in.info->call.number).Str(" is forbidden (seccomp)"); return;
    default: out->Str("abort"); return;
  }
}

// "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4011f6]", as Go under a panic.
void PrintSignal(const Incident& in, sys::Printer* out) {
  out->Str("\n[signal ").Str(NameOf(in.sig)).Str(" code=");
  if (in.info->code > 0) {
    out->Hex(static_cast<std::uint64_t>(in.info->code)).Str(" addr=").Hex(in.info->addr);
  } else {
    out->Dec(in.info->code);
  }
  out->Str(" pc=").Hex(PcOf(in.uc)).Str("]\n").Flush();
}

// Where somebody else's signal found us. Source: Go 1.27 runtime.sighandler.
void PrintInterrupted(const Incident& in, sys::Printer* out) {
  out->Str(NameOf(in.sig)).Str("\nPC=").Hex(PcOf(in.uc)).Str(" m=").Dec(in.gp->m->id);
  out->Str(" sigcode=").Dec(in.info->code).Char('\n');
  // Go does not say it, but it is the first question. The kernel itself, which sends what is typed, has no number.
  if (in.info->code <= 0 && in.info->sender.pid != 0) {
    out->Str("sent by process ").Dec(in.info->sender.pid).Str(", user ").Udec(in.info->sender.uid).Char('\n');
  }
  out->Flush();
}

// ---- The three reports -------------------------------------------------------------------------------------------------

[[noreturn]] void ReportOverflow(const Incident& in) {
  sys::BeginReport("stack overflow", 0);
  const g* gp = in.gp;
  sys::Printer out;
  out.Str("runtime: goroutine stack exceeds ").Udec(gp->slot.hi - gp->slot.lo).Str("-byte limit\n");
  out.Str("runtime: sp=").Hex(SpOf(in.uc)).Str(" stack=[").Hex(gp->stack.lo).Str(", ").Hex(gp->stack.hi).Str("]\n");
  out.Str("fatal error: stack overflow\n").Flush();
  DumpForReport(in.gp, in.uc, gotraceback());
  sys::EndReport();
}

// Returns for the end by the signal's default action.
void ReportOwnDoing(const Incident& in, const Fault& fault, FaultKind kind) {
  sys::BeginReport(NameOf(in.sig), in.sig);
  sys::Printer out;
  out.Str("fatal error: ");
  PrintWhat(in, fault, kind, &out);
  PrintSignal(in, &out);
  const Traceback level = gotraceback();
  DumpForReport(in.gp, in.uc, level);
  if (level >= Traceback::kSystem) PrintRegisters(in.uc);
  if (level == Traceback::kCrash) sys::EndReport();
}

[[noreturn]] void ReportInterrupted(const Incident& in) {
  sys::BeginReport(NameOf(in.sig), in.sig == sys::kSIGQUIT ? 0 : in.sig);
  sys::Printer out;
  PrintInterrupted(in, &out);
  const Traceback level = gotraceback();
  DumpForReport(in.gp, in.uc, level < Traceback::kAll ? Traceback::kAll : level);
  PrintRegisters(in.uc);
  sys::EndReport();
}

// ---- The handler -----------------------------------------------------------------------------------------------------

// Calls the handler that was there before, as the kernel would. Ours stays installed: one that recovers (siglongjmp, a JIT)
// leaves the next overflow to us again.
void PassOn(const Incident& in, const sys::KernelSigaction& previous) {
  const sys::SigsetBits own = (previous.flags & sys::kSA_NODEFER) != 0 ? 0 : sys::SigBit(in.sig);
  const sys::SigsetBits mask = previous.mask | own;
  sys::SigsetBits ours;
  // Ours keeps everybody's signals out; theirs said what it wants.
  sys::RtSigprocmask(sys::kSIG_SETMASK, &in.uc->sigmask, &ours);
  sys::RtSigprocmask(sys::kSIG_BLOCK, &mask, nullptr);
  previous.handler(in.sig, const_cast<sys::Siginfo*>(in.info), in.uc);
  sys::RtSigprocmask(sys::kSIG_SETMASK, &ours, nullptr);
}

// Arranges for the default action with what the kernel said the first time, at the instruction to which the handler returns:
// the core file shows the failure and not us. Rejected: to return and let the instruction fail again, which neither abort() nor
// a breakpoint does.
void FailAgain(const Incident& in) {
  const sys::KernelSigaction default_action = {};
  sys::RtSigaction(in.sig, &default_action, nullptr);
  const sys::SigsetBits this_one = sys::SigBit(in.sig);
  sys::RtSigprocmask(sys::kSIG_BLOCK, &this_one, nullptr);
  sys::RtTgsigqueueinfo(sys::Getpid(), sys::Gettid(), in.sig, in.info);
  if (sys::Getpid() == 1) sys::EndReport();  // the kernel spares process 1 of a container
}

// For a debugger: what Go keeps in g.
void Remember(const Incident& in) {
  in.gp->sig = static_cast<std::uint32_t>(in.sig);
  in.gp->sigcode0 = static_cast<uintptr_t>(in.info->code);
  in.gp->sigcode1 = in.info->addr;
  in.gp->sigpc = PcOf(in.uc);
}

// Runs on: gsignal. Whatever was interrupted may hold any lock and be anywhere in malloc.
void HandleSignal(int sig, void* info_pointer, void* uc_pointer) {
  const Incident in = MakeIncident(sig, static_cast<const sys::Siginfo*>(info_pointer), static_cast<Ucontext*>(uc_pointer));
  Fault fault{};
  FaultKind kind = FaultKind::kOther;
  if (in.IsMemoryFault()) {
    const stack current = in.on_g0 ? stack{} : in.gp->stack;
    kind = ClassifyFaultAt(in.info->addr, SpOf(in.uc), in.info->code, current, &fault);
    if (kind == FaultKind::kOverflow) ReportOverflow(in);
  }
  const sys::KernelSigaction& previous = sig == sys::kSIGBUS ? previous_bus : previous_segv;
  if ((sig == sys::kSIGSEGV || sig == sys::kSIGBUS) && IsSomebodys(previous)) {
    PassOn(in, previous);
    return;
  }
  Remember(in);
  if (!in.IsOwnDoing()) ReportInterrupted(in);
  ReportOwnDoing(in, fault, kind);
  FailAgain(in);
}

}  // namespace

void InstallFaultHandlers(bool guest) {
  foreign_m.g0 = &foreign_g;
  foreign_m.id = -1;
  foreign_m.isextra = true;
  foreign_g.m = &foreign_m;
  foreign_g.atomicstatus.store(kGrunning, std::memory_order_relaxed);
  sys::KernelSigaction action = {};
  action.handler = &HandleSignal;
  // NODEFER: a fault in the report must reach us.
  action.flags = sys::kSA_SIGINFO | sys::kSA_ONSTACK | sys::kSA_NODEFER;
  action.mask = sys::kBlockedInReport;
  for (const FatalSignal& known : kFatalSignals) {
    sys::KernelSigaction before = {};
    sys::RtSigaction(known.sig, nullptr, &before);
    bool ours = before.handler == nullptr;
    if (known.sig == sys::kSIGSEGV || known.sig == sys::kSIGBUS) {
      (known.sig == sys::kSIGBUS ? previous_bus : previous_segv) = before;
      ours = true;  // because of overflows
    } else if (known.sig == sys::kSIGQUIT && !guest && !IsSomebodys(before)) {
      ours = true;  // before main nobody has ignored it but the shell, which does so for whatever runs in the background
    }
    if (ours) sys::RtSigaction(known.sig, &action, nullptr);
  }
}

}  // namespace gort::runtime
