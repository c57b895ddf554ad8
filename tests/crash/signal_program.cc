// Dies by a signal, or in several ways at once, or waits until somebody sends one: in the way that its argument names.
// signal_test.sh looks at what it says and how it exits.

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "gort/gort.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/sys/fatal.h"

namespace {

volatile int sink;

// Without a compiler's or a sanitizer's opinion.
int Load(std::uintptr_t address) {
  int value;
  asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
  return value;
}

[[gnu::noinline]] void DivideByZero() {
  asm volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx" ::: "eax", "ecx", "edx", "cc");
}

// The file is empty.
[[gnu::noinline]] void ReadBeyondFile() {
  std::FILE* file = std::tmpfile();
  void* page = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fileno(file), 0);
  sink = Load(reinterpret_cast<std::uintptr_t>(page));
}

[[gnu::noinline]] void ForbiddenCall() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {4, program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) std::_Exit(77);
  syscall(SYS_getppid);
}

[[gnu::noinline]] void FreeTwice() {
  void* p = std::malloc(24);
  void* same = p;
  asm volatile("" : "+r"(same));  // the compiler sees no double free
  std::free(p);
  std::free(same);
}

// What follows any block that malloc gave out is not what malloc left there.
[[gnu::noinline]] void RuinTheHeap() {
  for (std::size_t size = 16; size < 4096; size += 16) {
    auto* block = static_cast<char*>(std::malloc(size));
    asm volatile("" : "+r"(block));
    std::memset(block + size, 0x5a, 64);
  }
  sink = Load(0);
}

void Fail(int how) {
  switch (how % 4) {
    case 0: throw gort::PanicError("one of many");
    case 1: gort::runtime::sys::Fatal("one of many");
    case 2: sink = Load(0); return;
    default: raise(SIGQUIT);
  }
}

// Many goroutines, each on a thread, which fail at the same instant. `kinds`: of how many sorts, from `first` on.
void FailTogether(int first, int kinds) {
  constexpr int kMany = 8;
  gort::GoMaxProcs(kMany);
  static std::atomic<int> missing{kMany};
  for (int i = 0; i < kMany; ++i) {
    gort::Go([i, first, kinds] {
      for (--missing; missing != 0;) {
      }
      Fail(first + i % kinds);
    });
  }
  while (true) gort::Gosched();
}

[[gnu::noinline]] int Recurse(int depth) {
  volatile char frame[200];
  frame[0] = static_cast<char>(depth);
  const int below = Recurse(depth + 1);
  return below + frame[0];
}

// Goroutine 2 fails while 1 waits for it and 3 waits for ever.
void FailOfThree(void (*fail)()) {
  gort::Chan<int> never = gort::MakeChan<int>();
  gort::Chan<int> parked = gort::MakeChan<int>();
  gort::Go([=] {
    parked.Recv();
    gort::Gosched();  // 3 is in its Recv
    fail();
  });
  gort::Go([=] {
    parked.Send(1);
    never.Recv();
  });
  never.Recv();
}

bool Levels(std::string_view how) {
  if (how == "level_panic") FailOfThree([] { Fail(0); });
  if (how == "level_fatal") FailOfThree([] { Fail(1); });
  if (how == "level_fault") FailOfThree([] { Fail(2); });
  if (how == "level_overflow") FailOfThree([] { sink = Recurse(0); });
  if (how == "set_all") gort::SetTraceback("all");
  if (how == "set_none") gort::SetTraceback("none");
  if (how == "set_wrong") gort::SetTraceback("loud");
  if (how == "set_all" || how == "set_none") FailOfThree([] { Fail(0); });
  return false;
}

// Says that it is ready for a signal and then does nothing else.
void Ready() {
  std::puts("ready");
  std::fflush(stdout);
}

template <class F>
void OnGoroutine(F f) {
  bool done = false;
  gort::Go({.name = "victim"}, [&] {
    f();
    done = true;
  });
  while (!done) gort::Gosched();
}

bool Faults(std::string_view how) {
  if (how == "wild") OnGoroutine([] { sink = Load(0x5ee'dead'0000); });
  if (how == "nil") OnGoroutine([] { sink = Load(8); });
  if (how == "divide") OnGoroutine(&DivideByZero);
  if (how == "illegal") OnGoroutine([] { asm volatile("ud2"); });
  if (how == "trap") OnGoroutine([] { asm volatile("int3"); });
  if (how == "bus") OnGoroutine(&ReadBeyondFile);
  if (how == "seccomp") OnGoroutine(&ForbiddenCall);
  if (how == "abort") OnGoroutine([] { std::abort(); });
  if (how == "raise_fpe") OnGoroutine([] { raise(SIGFPE); });
  if (how == "double_free") OnGoroutine(&FreeTwice);
  if (how == "ruined_heap") OnGoroutine(&RuinTheHeap);
  if (how == "in_thread") std::thread([] { sink = Load(0); }).join();
  if (how == "in_known_thread") {
    std::thread([] {
      gort::Chan<int> c = gort::MakeChan<int>(1);
      c.Send(1);
      sink = Load(0);
    }).join();
  }
  if (how == "in_reporter") {
    gort::runtime::hooks.callers = [](gort::runtime::g*, void*, gort::runtime::StackTrace*) { sink = Load(0); };
    OnGoroutine([] { std::abort(); });
  }
  return false;
}

bool SleepsInFutex(pid_t thread) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
  std::FILE* file = std::fopen(path, "r");
  long call = -1;  // and so it stays while the thread runs
  if (file == nullptr || std::fscanf(file, "%ld", &call) != 1) call = -1;
  if (file != nullptr) std::fclose(file);
  return call == SYS_futex;
}

bool FailuresTogether(std::string_view how) {
  if (how == "many_panics") FailTogether(0, 1);
  if (how == "many_fatals") FailTogether(1, 1);
  if (how == "many_faults") FailTogether(2, 1);
  if (how == "many_mixed") FailTogether(0, 4);
  if (how == "main_returns") {
    // Main ends once somebody's report has begun, and the report goes on once main's thread does nothing any more.
    static std::atomic<bool> begun{false};
    static std::atomic<pid_t> main_thread{0};
    gort::runtime::sys::SetFatalHook([](const char*) {
      begun = true;
      while (main_thread == 0 || !SleepsInFutex(main_thread)) std::this_thread::yield();
      gort::runtime::sys::Printer().Str("the rest of the report\n");
    });
    gort::GoMaxProcs(2);
    gort::Go([] { gort::runtime::sys::Fatal("not cut short"); });
    while (!begun) gort::Gosched();
    main_thread = gettid();
    return true;
  }
  return false;
}

// Waits for a signal from outside, each time in another state of the scheduler.
void Waits(std::string_view how) {
  if (how == "parked") {
    gort::Go([] { gort::MakeChan<int>().Recv(); });
    gort::Gosched();
    std::thread([] {
      while (gort::runtime::sched.npidle != gort::runtime::gomaxprocs) std::this_thread::yield();
      Ready();
      for (;;) pause();
    }).detach();
    gort::Sleep(absl::Hours(1));
  }
  if (how == "computing") {
    static std::atomic<int> running{0};
    for (int i = 0; i < 2; ++i) {
      gort::Go([] {
        for (++running;;) sink = 1;
      });
    }
    while (running != 2) gort::Gosched();
    Ready();
    for (;;) sink = 2;
  }
  if (how == "lock_held") {
    gort::Go([] { gort::MakeChan<int>().Recv(); });
    gort::Gosched();
    gort::runtime::lock(&gort::runtime::sched.lock);
    Ready();
    for (;;) sink = 3;
  }
  if (how == "own_handler") {
    std::signal(SIGQUIT, [](int) { std::_Exit(42); });
    Ready();
    for (;;) pause();
  }
  if (how == "ignored") {
    std::signal(SIGQUIT, SIG_IGN);
    raise(SIGQUIT);
    std::signal(SIGQUIT, [](int) { std::_Exit(42); });
    Ready();
    for (;;) pause();
  }
}

}  // namespace

int main(int, char** argv) {
  const std::string_view how = argv[1];
  if (how == "sanitizer") {
    std::puts(GORT_FIBER_HOOKS ? "yes" : "no");
    return 0;
  }
  if (Faults(how) || Levels(how) || FailuresTogether(how)) return 0;
  Waits(how);
  std::fprintf(stderr, "signal_program: still alive after '%s'\n", argv[1]);
  return 99;
}
