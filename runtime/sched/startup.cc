#include "gort/runtime/sched/startup.h"

#include <atomic>
#include <cstddef>
#include <limits>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/sched/cgroup.h"
#include "gort/runtime/sched/env.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/preempt.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sched/reports.h"
#include "gort/runtime/sched/sysmon.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/auxv.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gort/runtime/sys/vdso.h"
#include "gort/stack/stack.h"

// The C++ runtime's exception state of the calling thread; absent in a program without exceptions.
// Source: Itanium C++ ABI 2.2.2.
extern "C" [[gnu::weak]] gort::runtime::ehglobals* __cxa_get_globals() noexcept;

namespace gort::runtime {

constinit std::atomic<bool> started{false};
constinit StartupRecord startup{};
constinit Hooks hooks{};

namespace {

// Held while the scheduler's state is made.
constinit mutex start_lock = lockRanked(lockRankStart);

constinit g gsignal0{};

// Twice Go's 32 KiB: ours also runs the unwinder and the symbolizer.
constexpr std::size_t kSignalStackBytes = 64 * 1024;
alignas(16) constinit unsigned char signal_stack0[kSignalStackBytes]{};

// Source: Go 1.27 runtime.minit, runtime.mcommoninit.
void minit(m* mp) {
  mp->procid = static_cast<std::uint64_t>(sys::Gettid());
  mp->ehglobals = __cxa_get_globals != nullptr ? __cxa_get_globals() : &mp->ehnone;
  if (hooks.guardword != nullptr) setguardword(mp, hooks.guardword());
  sys::StackT ss = {};
  ss.ss_sp = reinterpret_cast<void*>(mp->gsignal->stack.lo);
  ss.ss_size = mp->gsignal->stack.hi - mp->gsignal->stack.lo;
  sys::Sigaltstack(&ss, nullptr);
  // newosproc blocked all signals until here.
  if (mp != &m0) sys::RtSigprocmask(sys::kSIG_SETMASK, &mp->sigmask, nullptr);
}

}  // namespace

void MarkStartup(StartupStep step) {
  if (startup.steps_done < sizeof(startup.steps) / sizeof(startup.steps[0])) startup.steps[startup.steps_done++] = step;
}

void marklinks() {
  MarkStartup(StartupStep::kLinks);
  if (getg() != &g0 || g0.m != &m0 || m0.g0 != &g0) sys::Fatal("rt0: g0, m0 and thread-local storage do not agree");
}

void check() {
  static_assert(sizeof(stack) == 2 * sizeof(uintptr_t) && offsetof(stack, hi) == sizeof(uintptr_t));
  static_assert(offsetof(g, stackguard0) == 2 * sizeof(uintptr_t), "compilers' prologues know this offset");
  MarkStartup(StartupStep::kCheck);
  std::atomic<std::uint32_t> word{1};
  std::uint32_t expected = 1;
  if (!word.compare_exchange_strong(expected, 0xffffffff) || word.load() != 0xffffffff) sys::Fatal("check: cas32 failed");
  expected = 1;
  if (word.compare_exchange_strong(expected, 2) || expected != 0xffffffff) sys::Fatal("check: cas32 succeeded wrongly");
  std::atomic<std::uint8_t> bytes[4] = {};
  for (auto& b : bytes) b = 0x11;
  bytes[1].fetch_or(0xf0);
  bytes[2].fetch_and(0x01);
  if (bytes[0] != 0x11 || bytes[1] != 0xf1 || bytes[2] != 0x01 || bytes[3] != 0x11) sys::Fatal("check: byte atomics");
  std::atomic<std::uint64_t> wide{0};
  if (wide.exchange(1ULL << 40) != 0 || wide.fetch_add(1) != 1ULL << 40) sys::Fatal("check: 64-bit atomics");
  volatile double nan = std::numeric_limits<double>::quiet_NaN();
  if (nan == nan || !(nan != nan)) sys::Fatal("check: NaN compares equal; was gort built with -ffast-math?");
}

namespace {

void TakeArgs(std::int32_t argc_value, char** argv_value) {
  argc = argc_value;
  argv = argv_value;
  envp = argv_value + argc_value + 1;
  const sys::AuxvEntry* auxv = sys::AuxvAfter(envp);
  physPageSize = sys::AuxvValue(auxv, sys::kAtPagesz, 4096);
  sys::VdsoInit(auxv);
}

void InitM0() {
  gsignal0.stack.lo = reinterpret_cast<uintptr_t>(signal_stack0);
  gsignal0.stack.hi = gsignal0.stack.lo + kSignalStackBytes;
  gsignal0.m = &m0;
  m0.gsignal = &gsignal0;
  m0.id = sched.mnext++;
  m0.cheaprand = randseed(&m0);
  allm.store(&m0, std::memory_order_release);
}

[[noreturn]] void Refuse(const char* sentence) {
  sys::Printer().Str("gort: ").Str(sentence).Char('\n');
  sys::ExitGroup(sys::kFailureStatus);
}

void BeginTrace(const TraceEnv& env) {
  if (hooks.tracebegin == nullptr) Refuse("GORT_TRACE is set, but this program cannot write traces: it has no libc; unset it");
  hooks.tracebegin(env);
}

void InstallReports(const RuntimeEnv& env, bool guest) {
  tracebackinit(env.traceback);
  if (HaveReports()) {
    reports.install(env, guest);
  } else if (env.schedtrace_ms != 0 || env.blocked || env.stacks) {
    Refuse("GORT_DEBUG asks for what this program does not contain; link //runtime/sched:reports, or unset it");
  }
}

// Whether GORT_DEBUG says leakcheck=1. Writer: InitScheduler.
constinit bool leakcheck = false;

void BeginLeakcheck(bool guest) {
  leakcheck = hooks.leakcheck != nullptr && !guest;
  if (leakcheck) return;
  Refuse(guest ? "GORT_DEBUG is leakcheck=1, but leaks cannot be looked for at the end of a program with an entry point of its own; unset "
                 "it, and call gort::debug::LeakReport()"
               : "GORT_DEBUG is leakcheck=1, but leaks cannot be looked for in this program: it has no libc; unset it");
}

// `guest`: the calling thread is not ours, and there is no m0.
void InitScheduler(bool guest) {
  sched.maxmcount = 10000;
  sys::RtSigprocmask(sys::kSIG_SETMASK, nullptr, &initSigmask);
  sched.lastpoll.store(sys::Nanotime(), std::memory_order_relaxed);
  const RuntimeEnv env = ReadRuntimeEnv(envp);
  seeded = env.seeded;
  seed = env.seed;
  pininit();
  if (!guest) InitM0();

  StackConfig config;
  config.page_size_bytes = physPageSize;
  if (StackError error = stackinit(config); error != StackError::kNone) sys::Fatal(StackErrorSentence(error));

  std::int32_t procs = 1;
  if (!seeded) procs = env.maxprocs != 0 ? env.maxprocs : defaultGOMAXPROCS(ncpu);
  procinit(procs, guest);
  InstallReports(env, guest);
  if (env.trace.path != nullptr) BeginTrace(env.trace);
  if (env.leakcheck) BeginLeakcheck(guest);
  if (guest) mainStarted.store(true, std::memory_order_release);
  // Release: pairs with the acquire in newproc1, which comes here first if need be.
  started.store(true, std::memory_order_release);
}

}  // namespace

void args(std::int32_t argc_value, char** argv_value) {
  MarkStartup(StartupStep::kArgs);
  TakeArgs(argc_value, argv_value);
}

void osinit() {
  MarkStartup(StartupStep::kOsinit);
  ncpu = sys::NumCPU();
}

void startearly() {
  lock(&start_lock);  // several threads may come here at once
  if (!started.load(std::memory_order_relaxed)) {
    ncpu = sys::NumCPU();
    if (startup.entry_sp != 0) {
      TakeArgs(static_cast<std::int32_t>(startup.argc), reinterpret_cast<char**>(startup.argv));
      InitScheduler(false);
    } else if (hooks.gueststart != nullptr) {
      hooks.gueststart();
      InitScheduler(true);
    } else {
      sys::Fatal("go before the runtime has started: link the program with gort_cc_binary or a dependency on //rt0");
    }
  }
  unlock(&start_lock);
}

void guestargs(std::int32_t argc_value, char** argv_value) { TakeArgs(argc_value, argv_value); }

void schedinit() {
  MarkStartup(StartupStep::kSchedinit);
  lock(&start_lock);
  if (!started.load(std::memory_order_relaxed)) InitScheduler(false);
  unlock(&start_lock);
}

int mainend(int status) { return leakcheck ? hooks.leakcheck(status) : status; }

void mainbegin() {
  MarkStartup(StartupStep::kMain);
  m* mp = getg()->m;
  pin(mp);
  const bool watched = HaveReports() && reports.wantsysmon();  // asked while there is no sysmon yet
  mainStarted.store(true, std::memory_order_seq_cst);
  if (sched.runqsize.load() != 0) wakep();  // goroutines of constructors
  if (watched) startsysmon();
  unpin(mp);
}

// Called by runtime.mstart, which has made g0.sched the base from which mcall and systemstack start.
// Source: Go 1.27 runtime.mstart0, runtime.mstart1.
extern "C" [[noreturn]] void gort_mstart0() asm("runtime.mstart0");
void gort_mstart0() {
  g* gp = getg();
  m* mp = gp->m;
  if (gp != mp->g0) sys::Fatal("bad runtime.mstart: not on g0");
  if (mp == &m0 && hooks.threadstack != nullptr) hooks.threadstack(&gp->stack);
  gp->stackguard0 = gp->stack.lo + stackGuard;
  gp->stackguard1 = gp->stackguard0;
  if (mp == &m0) MarkStartup(StartupStep::kMstart);
  minit(mp);
  fiber::Adopt(gp);
  traceEvent(traceEv::kThreadStart, 0, 0, static_cast<std::uint64_t>(mp->id));
  if (mp->mstartfn != nullptr) mp->mstartfn();
  if (mp != &m0) {
    p* pp = mp->nextp;
    mp->nextp = nullptr;
    acquirep(mp, pp);
  }
  gogo(schedule());
}

}  // namespace gort::runtime
