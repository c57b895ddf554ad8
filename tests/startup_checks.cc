#include "gort/tests/startup_checks.h"

#include <elf.h>

#include <atomic>
#include <cstddef>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/auxv.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/stack.h"

#if defined(__x86_64__)
#define GORT_ENTRY_SYMBOL "_rt0_amd64_linux"
#elif defined(__aarch64__)
#define GORT_ENTRY_SYMBOL "_rt0_arm64_linux"
#elif defined(__riscv)
#define GORT_ENTRY_SYMBOL "_rt0_riscv64_linux"
#endif

extern "C" [[gnu::visibility("hidden")]] const char gort_entry[] asm(GORT_ENTRY_SYMBOL);
extern "C" [[gnu::visibility("hidden")]] const char gort_goexit[] asm("runtime.goexit");

namespace gort::startup_checks {

namespace {

using runtime::getg;
using runtime::startup;
using runtime::StartupStep;
using std::uintptr_t;

// Distances of the text, in bytes. Spelled out and not taken from gstruct: this is where the names are held to their numbers.
#if defined(__x86_64__)
constexpr uintptr_t kFrame = 48;       // entry sp to g0.stack.hi: 5 words, and down to a multiple of 16
constexpr uintptr_t kG0Slack = 104;    // Go 1.19's
constexpr uintptr_t kFirstFrame = 40;  // a goroutine's stack.hi to its entry sp, where the return address lies
#else
constexpr uintptr_t kFrame = 32;
constexpr uintptr_t kG0Slack = 0;
constexpr uintptr_t kFirstFrame = 32;  // the return address is in a register
#endif
constexpr uintptr_t kG0Bytes = 64 * 1024;
constexpr uintptr_t kGuard = 928;  // stack.lo to stackguard0

uintptr_t Address(const void* p) { return reinterpret_cast<uintptr_t>(p); }
uintptr_t Word(uintptr_t address) { return *reinterpret_cast<const uintptr_t*>(address); }

// A file of /proc, byte by byte.
class ByteReader {
 public:
  explicit ByteReader(const char* path) : fd_(static_cast<int>(runtime::sys::Open(path, runtime::sys::kO_RDONLY))) {}
  ~ByteReader() {
    if (fd_ >= 0) runtime::sys::Close(fd_);
  }
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  // The next byte, or -1 at the end and when the file cannot be read.
  int Next() {
    if (at_ == size_) {
      size_ = fd_ >= 0 ? runtime::sys::Read(fd_, buffer_, sizeof(buffer_)) : 0;
      at_ = 0;
      if (size_ <= 0) {
        size_ = 0;
        return -1;
      }
    }
    return buffer_[at_++];
  }

  // Fills [to, to + size_bytes); false when the file is shorter.
  bool Fill(void* to, size_t size_bytes) {
    for (size_t i = 0; i < size_bytes; ++i) {
      const int byte = Next();
      if (byte < 0) return false;
      static_cast<unsigned char*>(to)[i] = static_cast<unsigned char>(byte);
    }
    return true;
  }

 private:
  int fd_;
  long at_ = 0;
  long size_ = 0;
  unsigned char buffer_[1024];
};

// Whether the file holds exactly these strings, each with its zero.
bool FileHoldsStrings(const char* path, char* const* strings) {
  ByteReader file(path);
  for (; *strings != nullptr; ++strings) {
    for (const char* s = *strings;; ++s) {
      if (file.Next() != static_cast<unsigned char>(*s)) return false;
      if (*s == 0) break;
    }
  }
  return file.Next() == -1;
}

// Whether the file holds exactly this vector, its end mark included.
bool FileHoldsAuxv(const runtime::sys::AuxvEntry* auxv) {
  ByteReader file("/proc/self/auxv");
  for (;; ++auxv) {
    runtime::sys::AuxvEntry entry;
    if (!file.Fill(&entry, sizeof(entry))) return false;
    if (entry.type != auxv->type || entry.value != auxv->value) return false;
    if (entry.type == runtime::sys::kAtNull) return file.Next() == -1;
  }
}

// What the program's stack should be, by RLIMIT_STACK.
uintptr_t MainStackBytesWanted() {
  runtime::sys::Rlimit limit;
  if (runtime::sys::Getrlimit(runtime::sys::kRLIMIT_STACK, &limit) != 0) return runtime::kDefaultStackBytes;
  if (limit.rlim_cur == UINT64_MAX) return uintptr_t{64} << 20;
  if (limit.rlim_cur < runtime::kDefaultStackBytes) return runtime::kDefaultStackBytes;
  return limit.rlim_cur < runtime::kMaxStackBytes ? limit.rlim_cur : runtime::kMaxStackBytes;
}

// What a goroutine found at its first instruction.
struct Entry {
  uintptr_t sp;
  uintptr_t return_address;
  uintptr_t closure;
  std::atomic<bool> done;  // release: the others are written
};
Entry entry_seen;

// Using the frame's address makes the compiler set up a frame pointer: the saved one lies at it, the return address above.
[[gnu::noinline]] void SeeEntry(void* closure) {
  entry_seen.sp = Address(__builtin_frame_address(0)) + sizeof(void*);
  entry_seen.return_address = Address(__builtin_return_address(0));
  entry_seen.closure = Address(closure);
  entry_seen.done = true;
}

}  // namespace

void EntryAddress(Report report) {
  const runtime::sys::AuxvEntry* auxv = runtime::sys::AuxvAfter(runtime::envp);
  const uintptr_t phdr = runtime::sys::AuxvValue(auxv, runtime::sys::kAtPhdr, 0);

  ByteReader file("/proc/self/exe");
  Elf64_Ehdr header = {};
  report("/proc/self/exe can be read", 1, file.Fill(&header, sizeof(header)) && header.e_phoff == sizeof(header));

  // Where the file's program headers should be in memory by the file, and where the kernel says that they are.
  uintptr_t bias = 0;
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment = {};
    if (!file.Fill(&segment, sizeof(segment))) break;
    if (segment.p_type != PT_LOAD || segment.p_offset > header.e_phoff) continue;
    if (header.e_phoff < segment.p_offset + segment.p_filesz) {
      bias = phdr - (segment.p_vaddr + header.e_phoff - segment.p_offset);
    }
  }
  report("a program that is not position-independent lies where it was linked", 1,
         header.e_type == ET_DYN || bias == 0);
  report("the ELF header's entry address is " GORT_ENTRY_SYMBOL, Address(gort_entry), header.e_entry + bias);
  report("AT_ENTRY is " GORT_ENTRY_SYMBOL, Address(gort_entry),
         runtime::sys::AuxvValue(auxv, runtime::sys::kAtEntry, 0));
}

void G0AtEntry(Report report) {
  report("rsp is a multiple of 16 at entry", 0, startup.entry_sp % 16);
  report("argc lay at 0(rsp) at entry", Word(startup.entry_sp), startup.argc);
  report("argv lay at 8(rsp) at entry", startup.entry_sp + 8, startup.argv);
  report("rt0_go's frame is 48 bytes below the entry (32 on arm64 and riscv64)", startup.entry_sp - kFrame,
         startup.rt0_sp);
  report("g0.stack.hi was rt0_go's rsp", startup.rt0_sp, startup.g0_stack.hi);
  report("g0.stack.lo was hi - 64*1024 + 104 (0 on arm64 and riscv64)", startup.g0_stack.hi - kG0Bytes + kG0Slack,
         startup.g0_stack.lo);
  report("g0.stackguard0 was stack.lo", startup.g0_stack.lo, startup.g0_stackguard0);
  report("g0.stackguard1 was stack.lo", startup.g0_stack.lo, startup.g0_stackguard1);
}

void G0Now(Report report) {
  const runtime::g& g0 = runtime::g0;
  report("g0.stackguard0 is stack.lo + 928 since mstart", g0.stack.lo + kGuard, g0.stackguard0);
  report("g0.stackguard1 is stack.lo + 928 since mstart", g0.stack.lo + kGuard, g0.stackguard1);
  report("g0.stack.hi is as rt0_go set it", startup.g0_stack.hi, g0.stack.hi);
  report("the scheduler's frames lie inside g0's stack", 1, g0.stack.lo < g0.sched.sp && g0.sched.sp < g0.stack.hi);
  report("g0.m is m0", Address(&runtime::m0), Address(g0.m));
  report("m0.g0 is g0", Address(&g0), Address(runtime::m0.g0));
}

void StepOrder(Report report) {
  constexpr struct {
    const char* property;
    StartupStep step;
  } kSteps[] = {
      {"step 1 links g0, m0 and TLS", StartupStep::kLinks},
      {"step 2 is check", StartupStep::kCheck},
      {"step 3 is args", StartupStep::kArgs},
      {"step 4 is osinit", StartupStep::kOsinit},
      {"step 5 is schedinit", StartupStep::kSchedinit},
      {"step 6 is newproc", StartupStep::kNewproc},
      {"step 7 is mstart", StartupStep::kMstart},
      {"step 8 is main", StartupStep::kMain},
  };
  constexpr std::uint32_t kCount = sizeof(kSteps) / sizeof(kSteps[0]);
  report("the start had 8 steps", kCount, startup.steps_done);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    report(kSteps[i].property, static_cast<uintptr_t>(kSteps[i].step), static_cast<uintptr_t>(startup.steps[i]));
  }
}

void Vectors(Report report) {
  report("runtime.argc is what lay at the entry", startup.argc, static_cast<uintptr_t>(runtime::argc));
  report("runtime.argv is what lay at the entry", startup.argv, Address(runtime::argv));
  report("argv ends with a null", 0, Address(runtime::argv[runtime::argc]));
  report("envp follows argv", Address(runtime::argv + runtime::argc + 1), Address(runtime::envp));
  report("argv is /proc/self/cmdline", 1, FileHoldsStrings("/proc/self/cmdline", runtime::argv));
  report("envp is /proc/self/environ", 1, FileHoldsStrings("/proc/self/environ", runtime::envp));
  report("auxv is /proc/self/auxv", 1, FileHoldsAuxv(runtime::sys::AuxvAfter(runtime::envp)));
}

void MainBegins(Report report) {
  const runtime::g* gp = getg();
  report("main runs on m0", Address(&runtime::m0), Address(gp->m));
  report("m0.curg is goroutine 1", Address(gp), Address(runtime::m0.curg));
}

void FirstGoroutine(Report report) {
  const runtime::g* gp = getg();
  report("main is goroutine 1", 1, gp->goid);
#if !GORT_FIBER_HOOKS  // AddressSanitizer's fake stacks lie elsewhere
  const uintptr_t here = Address(__builtin_frame_address(0));
  report("main's frames lie inside its stack", 1, gp->stack.lo < here && here < gp->stack.hi);
#endif
  report("main's guard is stack.lo + 928", gp->stack.lo + kGuard, gp->stackguard0);

  // Rounded up to a size class, at most four times the size below it, less what lies above stack.hi in the top page.
  constexpr uintptr_t kTopPage = 4096;
  const uintptr_t wanted = MainStackBytesWanted();
  const uintptr_t size = gp->stack.hi - gp->stack.lo;
  report("main's stack is as large as RLIMIT_STACK says", 1, size >= wanted - kTopPage && size <= 4 * wanted);

  report("main's outermost frame begins at stack.hi - 40 (32 on arm64 and riscv64)", gp->stack.hi - kFirstFrame,
         gp->stktopsp);
#if defined(__x86_64__)
  report("main's outermost frame returns to runtime.goexit+1", Address(gort_goexit) + 1, Word(gp->stktopsp));
#endif
}

void GoroutineEntry(Report report) {
  entry_seen.done = false;
  void* room;
  runtime::g* gp = runtime::newproc1(&SeeEntry, 1, 1, {}, &room);
  const runtime::gobuf made = gp->sched;
  const runtime::stack stack = gp->stack;
  runtime::newprocready(gp);
  while (!entry_seen.done) runtime::gosched();

  report("a new goroutine's closure is its argument", Address(room), entry_seen.closure);
  report("newproc prepares sp = stack.hi - 40 (32 on arm64 and riscv64)", stack.hi - kFirstFrame, made.sp);
#if defined(__x86_64__) && !GORT_FIBER_HOOKS  // under a sanitizer a frame of ours lies between
  report("a goroutine's first instruction has sp = stack.hi - 40", stack.hi - kFirstFrame, entry_seen.sp);
  report("a goroutine's return address is runtime.goexit+1", Address(gort_goexit) + 1, entry_seen.return_address);
#endif
#if !defined(__x86_64__)
  report("newproc prepares the return into runtime.goexit", 1, made.lr > Address(gort_goexit));
#endif
}

}  // namespace gort::startup_checks
