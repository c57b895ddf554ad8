#include "gort/runtime/sched/blocked.h"

#include <atomic>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/mutex.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/callers.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sys/print.h"
#include "gort/runtime/sys/taskfile.h"

namespace gort::runtime {

namespace {

constexpr std::int64_t kFirstLookNs = 10'000'000;
constexpr std::int64_t kLastLookNs = 1'000'000'000;
constexpr std::size_t kSuspects = 32;  // at a time; more are not looked at

// What a thread that sleeps does: equal if and only if it has not moved.
struct Sleeping {
  int syscall;
  std::uintptr_t sp;
  std::uint64_t hash;  // of the call, its arguments, sp and pc
};

// A goroutine that sleeps in the kernel on its M. Writer and reader: sysmon.
struct Suspect {
  const m* mp;  // null: the entry is free
  g* gp;
  std::uint64_t goid;
  Sleeping sleeping;
  std::int64_t since_ns;
  std::int64_t next_ns;  // when to look again
  std::int64_t wait_ns;  // and for how long that was put off
  bool counted;
  BlockedSite* site;  // null: not counted, or there were too many sites
};

constinit bool report = false;  // constant after blockedinit
constinit Suspect suspects[kSuspects]{};
constinit std::size_t nsuspects = 0;

// sites[0 .. nsites) are in use. Guard: sites_lock. Writer: sysmon.
constinit mutex sites_lock{};
constinit BlockedSite sites[kBlockedSites]{};
constinit std::size_t nsites = 0;
static_assert(kBlockedFrames <= StackTrace::kEnd, "the innermost frames of a trace lie in first");

// ---- The kernel's word ----------------------------------------------------------------------------------------------

// The last but one of the words of a line, a hexadecimal number with its 0x; 0 if there is none.
std::uintptr_t LastButOne(const char* line, std::size_t size) {
  std::size_t at = size;
  for (int words = 0; words < 2; ++words) {
    while (at > 0 && line[at - 1] <= ' ') --at;
    while (at > 0 && line[at - 1] > ' ') --at;
  }
  std::uintptr_t value = 0;
  for (at += 2; at < size && line[at] > ' '; ++at) {
    const auto digit = static_cast<std::uintptr_t>(line[at]);
    value = value * 16 + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return value;
}

// False: the thread runs, or is gone, or the kernel does not say.
// The file is one line: "running", or the call's number, -1 outside of one; arguments; sp and pc.
// Source: Linux, proc_pid_syscall(5).
bool AsleepIn(std::uint64_t tid, Sleeping* sleeping) {
  char text[256];
  const std::size_t size = sys::ReadTaskFile(tid, "syscall", text, sizeof(text));
  if (text[0] != '-' && (text[0] < '0' || text[0] > '9')) return false;
  sleeping->syscall = text[0] == '-' ? -1 : 0;
  for (std::size_t i = 0; text[0] != '-' && text[i] >= '0' && text[i] <= '9'; ++i) {
    sleeping->syscall = sleeping->syscall * 10 + (text[i] - '0');
  }
  sleeping->sp = LastButOne(text, size);
  // FNV-1a: good enough to tell that a thread is where it was.
  sleeping->hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < size; ++i)
    sleeping->hash = (sleeping->hash ^ static_cast<unsigned char>(text[i])) * 0x100000001b3;
  return true;
}

// ---- Suspects -------------------------------------------------------------------------------------------------------

// Whether mp runs gp, outside of gort: who is in Blocking says so, and who waits inside of gort has pinned the M.
bool Computes(const m* mp, const g* gp, std::uint64_t goid) {
  return Peek(mp->curg) == gp && Peek(gp->goid) == goid && Peek(gp->atomicstatus) == kGrunning &&
         mp->locks.load(std::memory_order_relaxed) == 0;
}

bool IsSuspected(const m* mp, std::uint64_t goid) {
  for (const Suspect& suspect : suspects) {
    if (suspect.mp == mp && suspect.goid == goid) return true;
  }
  return false;
}

// ---- Sites ----------------------------------------------------------------------------------------------------------

// Where the suspect sleeps; an empty trace if that cannot be known: its thread was already elsewhere when it was interrupted, say.
void FindFrames(const Suspect& suspect, StackTrace* trace) {
  if (!report || !callersrunning(suspect.gp, trace) || trace->first[0].sp != suspect.sleeping.sp) trace->count = 0;
}

bool IsAt(const BlockedSite& site, const Suspect& suspect, const GoStatement& go, const StackTrace& trace) {
  const std::size_t depth = trace.count < kBlockedFrames ? trace.count : kBlockedFrames;
  if (site.syscall != suspect.sleeping.syscall || site.depth != depth || site.go != go) return false;
  for (std::size_t i = 0; i < depth; ++i) {
    if (site.frames[i].pc != trace.first[i].pc) return false;
  }
  return true;
}

// Locks: sites_lock held.  Null: there are too many.
BlockedSite* SiteOf(const Suspect& suspect, const StackTrace& trace) {
  const GoStatement go = gostatement(suspect.gp);
  for (std::size_t i = 0; i < nsites; ++i) {
    if (IsAt(sites[i], suspect, go, trace)) return &sites[i];
  }
  if (nsites == kBlockedSites) return nullptr;
  BlockedSite* site = &sites[nsites++];
  site->go = go;
  site->syscall = suspect.sleeping.syscall;
  site->goid = suspect.goid;
  for (; site->depth < trace.count && site->depth < kBlockedFrames; ++site->depth) {
    site->frames[site->depth] = trace.first[site->depth];
  }
  return site;
}

// The first event of a site.
void PrintReport(const BlockedSite& site) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  sys::Printer out;
  out.Str("gort: goroutine ").Udec(site.goid).Str(" has blocked its thread for ").Dec(site.longest_ns / kNsPerMs);
  if (site.syscall < 0) {
    out.Str(" ms in the kernel");
  } else if (const char* name = syscallname(site.syscall); name != nullptr) {
    out.Str(" ms in ").Str(name);
  } else {
    out.Str(" ms in system call ").Dec(site.syscall);
  }
  out.Str("; wrap the call in gort::Blocking\n");
  printblockedframes(site, &out);
  if (site.go.function == nullptr) return;
  out.Str("created by ").Str(site.go.function).Str("\n\t").Str(site.go.file).Char(':').Udec(site.go.line).Char('\n');
}

// The suspect has slept for kFirstLookNs or longer: an event, if that is the first look.
void Count(Suspect* suspect, std::int64_t slept_ns) {
  const bool first_look = !suspect->counted;
  suspect->counted = true;
  StackTrace trace;
  if (first_look) FindFrames(*suspect, &trace);
  lock(&sites_lock);
  if (first_look) suspect->site = SiteOf(*suspect, trace);
  BlockedSite* site = suspect->site;
  if (site != nullptr && first_look) ++site->events;
  if (site != nullptr && site->longest_ns < slept_ns) site->longest_ns = slept_ns;
  const bool first_event = site != nullptr && first_look && site->events == 1;
  unlock(&sites_lock);
  if (first_event && report) PrintReport(*site);
}

// False: it sleeps no longer.
bool LookAgain(Suspect* suspect, std::int64_t now_ns) {
  Sleeping sleeping;
  if (!Computes(suspect->mp, suspect->gp, suspect->goid) || !AsleepIn(Peek(suspect->mp->procid), &sleeping) ||
      sleeping.hash != suspect->sleeping.hash) {
    return false;
  }
  Count(suspect, now_ns - suspect->since_ns);
  suspect->wait_ns = suspect->wait_ns < kLastLookNs / 2 ? 2 * suspect->wait_ns : kLastLookNs;
  suspect->next_ns = now_ns + suspect->wait_ns;
  return true;
}

}  // namespace

void blockedinit(bool report_value) { report = report_value; }

bool blockedreports() { return report; }

void blockedsuspect(const p* pp, std::int64_t now_ns) {
  const m* mp = pp->m.load(std::memory_order_acquire);
  g* gp = mp != nullptr ? Peek(mp->curg) : nullptr;
  if (gp == nullptr || nsuspects == kSuspects) return;
  const std::uint64_t goid = Peek(gp->goid);
  Sleeping sleeping;
  if (!Computes(mp, gp, goid) || IsSuspected(mp, goid) || !AsleepIn(Peek(mp->procid), &sleeping)) return;
  Suspect* free = suspects;
  while (free->mp != nullptr) ++free;
  *free = {mp, gp, goid, sleeping, now_ns, now_ns + kFirstLookNs, kFirstLookNs, false, nullptr};
  ++nsuspects;
}

std::int64_t blockedwhen() {
  std::int64_t when = INT64_MAX;
  if (nsuspects == 0) return when;
  for (const Suspect& suspect : suspects) {
    if (suspect.mp != nullptr && suspect.next_ns < when) when = suspect.next_ns;
  }
  return when;
}

void blockedrun(std::int64_t now_ns) {
  if (nsuspects == 0) return;
  for (Suspect& suspect : suspects) {
    if (suspect.mp == nullptr || suspect.next_ns > now_ns || LookAgain(&suspect, now_ns)) continue;
    suspect.mp = nullptr;
    --nsuspects;
  }
}

void printblockedframes(const BlockedSite& site, sys::Printer* out) {
  if (site.depth == 0 || hooks.printframes == nullptr) return;
  StackTrace trace;
  for (std::size_t i = 0; i < site.depth; ++i) trace.first[i] = site.frames[i];
  trace.count = site.depth;
  hooks.printframes(trace, false, out);
}

std::size_t blockedsites(BlockedSite* copies, std::size_t most) {
  lock(&sites_lock);
  const std::size_t n = nsites;
  for (std::size_t i = 0; i < n && i < most; ++i) copies[i] = sites[i];
  unlock(&sites_lock);
  return n;
}

// Those that block for long. Source: Linux uapi; see syscall.h.
const char* syscallname(int nr) {
  static constexpr struct {
    int nr;
    const char* name;
  } kNames[] = {
#if defined(__x86_64__)
    {0, "read"},
    {1, "write"},
    {7, "poll"},
    {17, "pread64"},
    {19, "readv"},
    {20, "writev"},
    {23, "select"},
    {35, "nanosleep"},
    {42, "connect"},
    {43, "accept"},
    {44, "sendto"},
    {45, "recvfrom"},
    {46, "sendmsg"},
    {47, "recvmsg"},
    {61, "wait4"},
    {72, "fcntl"},
    {73, "flock"},
    {74, "fsync"},
    {75, "fdatasync"},
    {202, "futex"},
    {219, "restart_syscall"},
    {230, "clock_nanosleep"},
    {232, "epoll_wait"},
    {247, "waitid"},
    {257, "openat"},
    {270, "pselect6"},
    {271, "ppoll"},
    {275, "splice"},
    {281, "epoll_pwait"},
    {288, "accept4"},
    {441, "epoll_pwait2"},
#else
    {22, "epoll_pwait"},
    {25, "fcntl"},
    {32, "flock"},
    {56, "openat"},
    {63, "read"},
    {64, "write"},
    {65, "readv"},
    {66, "writev"},
    {67, "pread64"},
    {72, "pselect6"},
    {73, "ppoll"},
    {76, "splice"},
    {82, "fsync"},
    {83, "fdatasync"},
    {95, "waitid"},
    {98, "futex"},
    {101, "nanosleep"},
    {115, "clock_nanosleep"},
    {128, "restart_syscall"},
    {202, "accept"},
    {203, "connect"},
    {206, "sendto"},
    {207, "recvfrom"},
    {211, "sendmsg"},
    {212, "recvmsg"},
    {242, "accept4"},
    {260, "wait4"},
    {441, "epoll_pwait2"},
#endif
  };
  for (const auto& known : kNames) {
    if (known.nr == nr) return known.name;
  }
  return nullptr;
}

}  // namespace gort::runtime
