// The system call instruction, one per architecture, and the numbers we use.
//
// Nothing here touches errno: a goroutine may move to another thread between the call and a look at errno, and in a
// freestanding program there is none. An error comes back as -errno, exactly as the kernel returns it.
#ifndef GORT_RUNTIME_SYS_SYSCALL_H_
#define GORT_RUNTIME_SYS_SYSCALL_H_

#if !defined(__linux__)
#error "gort/runtime/sys knows Linux only"
#endif

namespace gort::runtime::sys {

// System call numbers. Source: Linux uapi; amd64 has its own table, arm64 and riscv64 share the generic one.
enum SyscallNr : long {
#if defined(__x86_64__)
  kSysRead = 0,
  kSysWrite = 1,
  kSysClose = 3,
  kSysMmap = 9,
  kSysMprotect = 10,
  kSysMunmap = 11,
  kSysRtSigaction = 13,
  kSysRtSigprocmask = 14,
  kSysSchedYield = 24,
  kSysMincore = 27,
  kSysMadvise = 28,
  kSysNanosleep = 35,
  kSysSetitimer = 38,
  kSysGetpid = 39,
  kSysClone = 56,
  kSysExit = 60,
  kSysFcntl = 72,
  kSysGetcwd = 79,
  kSysSigaltstack = 131,
  kSysGettid = 186,
  kSysFutex = 202,
  kSysSchedGetaffinity = 204,
  kSysClockGettime = 228,
  kSysExitGroup = 231,
  kSysEpollCtl = 233,
  kSysTgkill = 234,
  kSysOpenat = 257,
  kSysPpoll = 271,
  kSysEpollPwait = 281,
  kSysEventfd2 = 290,
  kSysEpollCreate1 = 291,
  kSysRtTgsigqueueinfo = 297,
  kSysPrlimit64 = 302,
  kSysMembarrier = 324,
#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)
  kSysGetcwd = 17,
  kSysEventfd2 = 19,
  kSysEpollCreate1 = 20,
  kSysEpollCtl = 21,
  kSysEpollPwait = 22,
  kSysFcntl = 25,
  kSysOpenat = 56,
  kSysClose = 57,
  kSysRead = 63,
  kSysWrite = 64,
  kSysPpoll = 73,
  kSysExit = 93,
  kSysExitGroup = 94,
  kSysFutex = 98,
  kSysNanosleep = 101,
  kSysSetitimer = 103,
  kSysClockGettime = 113,
  kSysSchedGetaffinity = 123,
  kSysSchedYield = 124,
  kSysTgkill = 131,
  kSysSigaltstack = 132,
  kSysRtSigaction = 134,
  kSysRtSigprocmask = 135,
  kSysGetpid = 172,
  kSysGettid = 178,
  kSysMunmap = 215,
  kSysClone = 220,
  kSysMmap = 222,
  kSysMprotect = 226,
  kSysMincore = 232,
  kSysMadvise = 233,
  kSysRtTgsigqueueinfo = 240,
  kSysPrlimit64 = 261,
  kSysMembarrier = 283,
#else
#error "gort/runtime/sys knows amd64, arm64 and riscv64 only"
#endif
  kSysPidfdOpen = 434,
  kSysProcessMadvise = 440,
  kSysEpollPwait2 = 441,
};

// Enters the kernel with `nr` and up to six arguments and returns what it returns: a result, or -errno (-4095..-1).
// The "memory" clobber is there because most calls read or write through a pointer argument.
// Runs on: any.  Needs P: no.  Blocks: M, if the call blocks.
// Source: System V ABI (AMD64, Linux conventions); arm64 and riscv64: syscall(2).
inline long Syscall(long nr, long a0 = 0, long a1 = 0, long a2 = 0, long a3 = 0, long a4 = 0, long a5 = 0) {
#if defined(__x86_64__)
  // The `syscall` instruction itself destroys rcx (return address) and r11 (flags).
  register long r10 asm("r10") = a3;
  register long r8 asm("r8") = a4;
  register long r9 asm("r9") = a5;
  long ret;
  asm volatile("syscall"
               : "=a"(ret)
               : "a"(nr), "D"(a0), "S"(a1), "d"(a2), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return ret;
#elif defined(__aarch64__)
  register long x8 asm("x8") = nr;
  register long x0 asm("x0") = a0;
  register long x1 asm("x1") = a1;
  register long x2 asm("x2") = a2;
  register long x3 asm("x3") = a3;
  register long x4 asm("x4") = a4;
  register long x5 asm("x5") = a5;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
  register long reg_a7 asm("a7") = nr;
  register long reg_a0 asm("a0") = a0;
  register long reg_a1 asm("a1") = a1;
  register long reg_a2 asm("a2") = a2;
  register long reg_a3 asm("a3") = a3;
  register long reg_a4 asm("a4") = a4;
  register long reg_a5 asm("a5") = a5;
  asm volatile("ecall"
               : "+r"(reg_a0)
               : "r"(reg_a7), "r"(reg_a1), "r"(reg_a2), "r"(reg_a3), "r"(reg_a4), "r"(reg_a5)
               : "memory");
  return reg_a0;
#endif
}

// Whether a result of Syscall is an error. Compared unsigned: addresses above 2^63 do not exist for a process.
inline bool IsError(long ret) { return static_cast<unsigned long>(ret) >= static_cast<unsigned long>(-4095L); }

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_SYSCALL_H_
