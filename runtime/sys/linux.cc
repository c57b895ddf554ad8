#include "gort/runtime/sys/linux.h"

#include <atomic>

#include "gort/runtime/sys/syscall.h"

namespace gort::runtime::sys {
namespace {

constexpr int kAtFdcwd = -100;
constexpr int kFutexWaitPrivate = 0 | 128;
constexpr int kFutexWakePrivate = 1 | 128;
constexpr int kClockMonotonic = 1;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

// Writer: SetClockGettime. Readers: Nanotime on any thread. Relaxed on both sides: what it points to is the kernel's
// and older than the process, and either way of reading the clock is right at any time.
std::atomic<ClockGettimeFn> clock_gettime_fn{nullptr};

// Linux's largest configuration is 8192 CPUs. A smaller kernel writes less; a mask that does not fit fails with EINVAL.
constexpr size_t kCpuMaskWords = 8192 / 64;

// By the pointer's own type: gcc takes an untyped pointer to const for a read of memory that the kernel is about to
// write.
template <typename T>
long Long(T* p) {
  return static_cast<long>(reinterpret_cast<uintptr_t>(p));
}
long Long(size_t n) { return static_cast<long>(n); }

}  // namespace

long Read(int fd, void* buf, size_t size_bytes) { return Syscall(kSysRead, fd, Long(buf), Long(size_bytes)); }

long Write(int fd, const void* buf, size_t size_bytes) { return Syscall(kSysWrite, fd, Long(buf), Long(size_bytes)); }

long Open(const char* path, int flags) { return Syscall(kSysOpenat, kAtFdcwd, Long(path), flags, 0); }

long Create(const char* path) {
  constexpr int kReadWriteForAll = 0666;
  return Syscall(kSysOpenat, kAtFdcwd, Long(path), kO_WRONLY | kO_CREAT | kO_TRUNC | kO_NONBLOCK | kO_CLOEXEC, kReadWriteForAll);
}

long Getcwd(char* buf, size_t size_bytes) { return Syscall(kSysGetcwd, Long(buf), Long(size_bytes)); }

long Close(int fd) { return Syscall(kSysClose, fd); }

void ExitGroup(int status) {
  // The loops say to the compiler what the kernel promises: these do not return.
  for (;;) Syscall(kSysExitGroup, status);
}

int Getpid() { return static_cast<int>(Syscall(kSysGetpid)); }

int Gettid() { return static_cast<int>(Syscall(kSysGettid)); }

long Tgkill(int pid, int tid, int sig) { return Syscall(kSysTgkill, pid, tid, sig); }

long RtTgsigqueueinfo(int pid, int tid, int sig, const Siginfo* info) {
  return Syscall(kSysRtTgsigqueueinfo, pid, tid, sig, Long(info));
}

long Setitimer(int which, const Itimerval* timer) { return Syscall(kSysSetitimer, which, Long(timer), 0); }

void SchedYield() { Syscall(kSysSchedYield); }

void Usleep(uint32_t us) {
  constexpr uint32_t kMicrosPerSecond = 1'000'000;
  const Timespec duration{us / kMicrosPerSecond, int64_t{us % kMicrosPerSecond} * 1000};
  Syscall(kSysNanosleep, Long(&duration), 0);
}

int NumCPU() {
  uint64_t mask[kCpuMaskWords];
  const long bytes = Syscall(kSysSchedGetaffinity, 0, sizeof(mask), Long(mask));
  if (IsError(bytes)) return 1;
  int n = 0;
  for (long i = 0; i < bytes / 8; ++i) {
    // Counted by hand: without -mpopcnt the builtin is a call into libgcc, which a freestanding link may not have.
    for (uint64_t word = mask[i]; word != 0; word &= word - 1) ++n;
  }
  return n > 0 ? n : 1;
}

long Getrlimit(int resource, Rlimit* limit) { return Syscall(kSysPrlimit64, 0, resource, 0, Long(limit)); }

long Mmap(void* addr, size_t size_bytes, int prot, int flags, int fd, int64_t offset_bytes) {
  return Syscall(kSysMmap, Long(addr), Long(size_bytes), prot, flags, fd, offset_bytes);
}

long Munmap(void* addr, size_t size_bytes) { return Syscall(kSysMunmap, Long(addr), Long(size_bytes)); }

long Mprotect(void* addr, size_t size_bytes, int prot) {
  return Syscall(kSysMprotect, Long(addr), Long(size_bytes), prot);
}

long Madvise(void* addr, size_t size_bytes, int advice) {
  return Syscall(kSysMadvise, Long(addr), Long(size_bytes), advice);
}

long ProcessMadvise(int pidfd, const Iovec* ranges, size_t count, int advice) {
  return Syscall(kSysProcessMadvise, pidfd, Long(ranges), Long(count), advice, 0);
}

long PidfdOpen(int pid) { return Syscall(kSysPidfdOpen, pid, 0); }

long Mincore(void* addr, size_t size_bytes, unsigned char* vec) {
  return Syscall(kSysMincore, Long(addr), Long(size_bytes), Long(vec));
}

long FutexWait(const uint32_t* addr, uint32_t val, int64_t timeout_ns) {
  Timespec timeout;
  const Timespec* timeout_or_null = nullptr;
  if (timeout_ns >= 0) {
    timeout.tv_sec = timeout_ns / kNanosPerSecond;
    timeout.tv_nsec = timeout_ns % kNanosPerSecond;
    timeout_or_null = &timeout;
  }
  return Syscall(kSysFutex, Long(addr), kFutexWaitPrivate, static_cast<long>(val), Long(timeout_or_null));
}

long FutexWake(const uint32_t* addr, uint32_t n) {
  return Syscall(kSysFutex, Long(addr), kFutexWakePrivate, static_cast<long>(n));
}

long Membarrier(int cmd) { return Syscall(kSysMembarrier, cmd, 0, 0); }

int64_t Nanotime() {
  Timespec now{0, 0};
  const ClockGettimeFn fn = clock_gettime_fn.load(std::memory_order_relaxed);
  if (fn != nullptr) {
    fn(kClockMonotonic, &now);
  } else {
    Syscall(kSysClockGettime, kClockMonotonic, Long(&now));
  }
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

void SetClockGettime(ClockGettimeFn fn) { clock_gettime_fn.store(fn, std::memory_order_relaxed); }

}  // namespace gort::runtime::sys
