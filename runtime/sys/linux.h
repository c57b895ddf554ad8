// Linux, as much of it as the runtime uses: thin, typed wrappers over Syscall, and the kernel's structs.
//
// All wrappers:  Runs on: any (goroutine stack, g0, signal stack).  Needs P: no.  Locks: none.  Async-signal-safe.
// Errors: a result in -4095..-1 is -errno; errno itself is never read nor written. EINTR is the caller's to retry.
// Blocks: never, unless said; "Blocks: M" stops the thread and whatever P it holds.
#ifndef GORT_RUNTIME_SYS_LINUX_H_
#define GORT_RUNTIME_SYS_LINUX_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime::sys {

// ---- Constants. Source: Linux uapi headers; equal on amd64, arm64 and riscv64 unless said. --------------------------

enum Errno : int {
  kEPERM = 1,
  kENOENT = 2,
  kEINTR = 4,
  kEAGAIN = 11,
  kENOMEM = 12,
  kEFAULT = 14,
  kEINVAL = 22,
  kENOSYS = 38,
  kETIMEDOUT = 110,
};

enum OpenFlags : int { kO_RDONLY = 0, kO_WRONLY = 1, kO_CREAT = 0x40, kO_TRUNC = 0x200, kO_NONBLOCK = 0x800, kO_CLOEXEC = 0x80000 };

enum MmapProt : int { kPROT_NONE = 0, kPROT_READ = 1, kPROT_WRITE = 2 };
enum MmapFlags : int { kMAP_PRIVATE = 0x02, kMAP_FIXED = 0x10, kMAP_ANONYMOUS = 0x20, kMAP_NORESERVE = 0x4000 };

enum MadviseAdvice : int {
  kMADV_DONTNEED = 4,
  kMADV_NOHUGEPAGE = 15,
  kMADV_GUARD_INSTALL = 102,  // Linux 6.13: the pages fault; markers in the page table, no mapping of their own
  kMADV_GUARD_REMOVE = 103,
};

enum Signal : int {
  kSIGQUIT = 3,
  kSIGILL = 4,
  kSIGTRAP = 5,
  kSIGABRT = 6,
  kSIGBUS = 7,
  kSIGFPE = 8,
  kSIGSEGV = 11,
  kSIGALRM = 14,
  kSIGURG = 23,
  kSIGSYS = 31,
};
enum SigprocmaskHow : int { kSIG_BLOCK = 0, kSIG_UNBLOCK = 1, kSIG_SETMASK = 2 };
enum SigactionFlags : unsigned long {
  kSA_SIGINFO = 0x4,
  kSA_RESTORER = 0x04000000,
  kSA_ONSTACK = 0x08000000,
  kSA_RESTART = 0x10000000,
  kSA_NODEFER = 0x40000000,
  kSA_RESETHAND = 0x80000000,
};
enum SigaltstackFlags : int { kSS_ONSTACK = 1, kSS_DISABLE = 2 };
// Above 0: from the kernel, for what the thread did. Otherwise somebody sent it.
enum SiCode : int {
  kSI_USER = 0,     // kill
  kSI_TKILL = -6,   // tgkill, and so raise and abort
  kSI_KERNEL = 0x80,
  kSEGV_MAPERR = 1,
  kSEGV_ACCERR = 2,
  kBUS_ADRERR = 2,
  kFPE_INTDIV = 1,
  kFPE_INTOVF = 2,
};

enum MembarrierCommand : int {
  kMEMBARRIER_CMD_QUERY = 0,
  kMEMBARRIER_CMD_PRIVATE_EXPEDITED = 8,  // Linux 4.14
  kMEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16,
};

enum RlimitResource : int { kRLIMIT_STACK = 3, kRLIMIT_AS = 9 };

// ---- Structs of the kernel ABI --------------------------------------------------------------------------------------

struct Timespec {
  int64_t tv_sec;
  int64_t tv_nsec;
};
static_assert(sizeof(Timespec) == 16);

// Seconds and microseconds; Itimerval is the timer's period and the time to its next signal.
struct Timeval {
  int64_t tv_sec;
  int64_t tv_usec;
};
struct Itimerval {
  Timeval it_interval;
  Timeval it_value;
};
static_assert(sizeof(Itimerval) == 32);
enum ItimerWhich : int { kITIMER_REAL = 0 };  // real time, SIGALRM

struct Iovec {
  void* iov_base;
  size_t iov_len;
};
static_assert(sizeof(Iovec) == 16);

struct Rlimit {
  uint64_t rlim_cur;  // UINT64_MAX: no limit
  uint64_t rlim_max;
};
static_assert(sizeof(Rlimit) == 16);

// A set of the 64 signals; signal n is bit n-1.
using SigsetBits = uint64_t;
constexpr SigsetBits SigBit(int sig) { return SigsetBits{1} << (sig - 1); }

// What rt_sigaction takes: the kernel's struct, not libc's of the same name.
struct KernelSigaction {
  // 0: default, 1: ignore. Without kSA_SIGINFO only the first argument means anything.
  void (*handler)(int sig, void* info, void* ucontext);
  unsigned long flags;
#if !defined(__riscv)
  void (*restorer)();
  SigsetBits mask;
#else
  // riscv has no restorer, the kernel returns through the vDSO. The last word is not the kernel's: Debian 12's
  // qemu-riscv64 thinks that there is one, and writes 32 bytes.
  SigsetBits mask;
  unsigned long spare;
#endif
};
static_assert(sizeof(KernelSigaction) == 32);

struct StackT {
  void* ss_sp;
  int ss_flags;
  size_t ss_size;
};
static_assert(sizeof(StackT) == 24);

// siginfo_t. No "si_" in the names: libc has macros called so.
struct Siginfo {
  int signo;
  int error;
  int code;  // SiCode
  int pad;
  union {
    uintptr_t addr;  // of a fault
    struct {
      int pid;
      unsigned uid;
    } sender;  // of a signal that somebody sent
    struct {
      uintptr_t addr;
      int number;
    } call;  // SIGSYS
    unsigned char room[112];
  };
};
static_assert(sizeof(Siginfo) == 128);

// ---- Files ----------------------------------------------------------------------------------------------------------

// Blocks: M, as the file does.
long Read(int fd, void* buf, size_t size_bytes);
long Write(int fd, const void* buf, size_t size_bytes);
// openat relative to the working directory, mode 0 (no file is created through this). Returns the descriptor.
long Open(const char* path, int flags);
long Close(int fd);
// Makes the file, or empties it, for writing; close-on-exec, mode 0666 less the umask. Returns the descriptor; ENXIO for a pipe
// (mkfifo) that nobody reads, which it does not wait for.
long Create(const char* path);
// The path of the working directory, with its zero byte. Returns the bytes that it has with that.
long Getcwd(char* buf, size_t size_bytes);

// ---- Process and threads --------------------------------------------------------------------------------------------

// Ends the process, all threads.
[[noreturn]] void ExitGroup(int status);
int Getpid();
int Gettid();
long Tgkill(int pid, int tid, int sig);
// Tgkill that delivers `info` as it stands. To a thread of one's own process any si_code is allowed.
long RtTgsigqueueinfo(int pid, int tid, int sig, const Siginfo* info);
// Sends SIGALRM (kITIMER_REAL) when it_value has passed, and then every it_interval; 0 for either: not.
long Setitimer(int which, const Itimerval* timer);
// Lets another thread of equal priority run. Source: Go 1.27 runtime.osyield.
void SchedYield();
// Sleeps for `us` microseconds, or until a signal comes.  Blocks: M.  Source: Go 1.27 runtime.usleep.
void Usleep(uint32_t us);
// The number of CPUs this thread may run on (sched_getaffinity), at least 1. Source: Go 1.27 runtime.getproccount.
int NumCPU();
// The soft and hard limit of `resource` (RlimitResource). Returns 0 or -errno.
long Getrlimit(int resource, Rlimit* limit);

// ---- Memory ---------------------------------------------------------------------------------------------------------

// Returns the address, or -errno: test with IsError.
long Mmap(void* addr, size_t size_bytes, int prot, int flags, int fd, int64_t offset_bytes);
long Munmap(void* addr, size_t size_bytes);
long Mprotect(void* addr, size_t size_bytes, int prot);
long Madvise(void* addr, size_t size_bytes, int advice);
// One advice for up to 1024 ranges of the process behind `pidfd`. Returns the bytes advised, perhaps fewer than asked.
long ProcessMadvise(int pidfd, const Iovec* ranges, size_t count, int advice);
// A descriptor for process `pid` (close-on-exec).
long PidfdOpen(int pid);
// vec[i] bit 0: page i of [addr, addr+size_bytes) is resident.
long Mincore(void* addr, size_t size_bytes, unsigned char* vec);

// ---- Futex and clock ------------------------------------------------------------------------------------------------

// Sleeps while *addr == val, until woken, for at most timeout_ns (< 0: for ever). May return for no reason: check *addr
// again. Returns 0 when woken, -EAGAIN when *addr differed, -ETIMEDOUT, -EINTR.  Private to the process.
// Blocks: M.  Units: nanoseconds of CLOCK_MONOTONIC, relative.  Source: Go 1.27 runtime.futexsleep.
long FutexWait(const uint32_t* addr, uint32_t val, int64_t timeout_ns);
// Wakes up to n sleepers on addr; returns how many. `addr` is not read: it may have been unmapped (-EFAULT then).
long FutexWake(const uint32_t* addr, uint32_t n);

// kMEMBARRIER_CMD_PRIVATE_EXPEDITED: when it returns, every running thread of the process has executed a full memory
// barrier since the call, and every other one did when it was scheduled out. A few microseconds here, so that the other
// side of a Dekker protocol gets by with a compiler barrier. The process registers first, once; -EPERM if it has not.
// kMEMBARRIER_CMD_QUERY: returns the set of commands that the kernel has. Otherwise 0 or -errno (-ENOSYS: a kernel or
// sandbox without the call).
long Membarrier(int cmd);

// Nanoseconds of CLOCK_MONOTONIC; 0 is some time before the process. About 25 ns after VdsoInit, a system call before.
// Needs 1 KiB of stack.  Source: Go 1.27 runtime.nanotime.
int64_t Nanotime();

// clock_gettime as the vDSO exports it: 0 or -errno, like the system call.
using ClockGettimeFn = int (*)(int clock, Timespec* now);

// Makes Nanotime call `fn`; nullptr goes back to the system call. For VdsoInit (vdso.h), and for tests.
void SetClockGettime(ClockGettimeFn fn);

// ---- Signals --------------------------------------------------------------------------------------------------------

// Installs `act` (nullptr: only asks) and stores the previous action in `old` (nullptr: not wanted). Returns 0 or
// -errno. Adds the restorer where the kernel wants one (amd64); its code is the one that libgcc and gdb take for a
// signal frame, so that exceptions' tables, backtrace() and `bt` walk through a handler.
long RtSigaction(int sig, const KernelSigaction* act, KernelSigaction* old);
long RtSigprocmask(int how, const SigsetBits* set, SigsetBits* old);
long Sigaltstack(const StackT* ss, StackT* old);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_LINUX_H_
