// Dies in the way that its argument names. crash_test.sh looks at what it says and how it exits.

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gort/gort.h"
#include "gort/gstruct/m.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"

namespace {

volatile int sink;

// A handler of the program's own, installed before the runtime starts: recovers from the fault.
sigjmp_buf recovery;
[[gnu::constructor]] void InstallOwnHandler(int, char** argv) {
  if (argv[1] == nullptr || std::strcmp(argv[1], "own_handler") != 0) return;
  struct sigaction action = {};
  action.sa_handler = [](int) { siglongjmp(recovery, 1); };
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
}

[[gnu::noinline]] int Recurse(int depth) {
  volatile char frame[200];
  frame[0] = static_cast<char>(depth);
  const int below = Recurse(depth + 1);
  return below + frame[0];
}

// One frame of 100 KiB would jump over a guard page; it must not jump over the guard.
[[gnu::noinline]] int RecurseInLeaps(int depth) {
  volatile char frame[40 * 1024];
  frame[0] = static_cast<char>(depth);
  const int below = RecurseInLeaps(depth + 1);
  return below + frame[0];
}

[[gnu::noinline]] void ThrowDeep(int depth) {
  if (depth == 0) throw std::runtime_error("it broke\nbadly");
  ThrowDeep(depth - 1);
  sink = depth;
}

// A load that no sanitizer sees, so that the fault itself is what happens.
int Load(std::uintptr_t address) {
  int value;
  asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
  return value;
}

// Runs f on another goroutine, until the program dies or f returns.
template <class F>
void OnGoroutine(F f) {
  bool done = false;
  gort::Go({.name = "victim"}, [&] {
    f();
    done = true;
  });
  while (!done) gort::Gosched();
}

// Until some goroutine is in the state that the head of its block shows as `state`.
void AwaitInDump(std::string_view state) {
  while (gort::Stack(true).find(state) == std::string::npos) gort::Gosched();
}

struct NoText {};

// A std::exception in a second base, so that its address is not the object's.
struct Both : NoText, std::logic_error {
  using std::logic_error::logic_error;
  int padding = 0;
};

// Throws an exception with `depth` others nested in it, the oldest innermost.
void ThrowNested(int depth) {
  if (depth == 0) throw std::runtime_error("oldest");
  try {
    ThrowNested(depth - 1);
  } catch (...) {
    std::throw_with_nested(Both("later " + std::to_string(depth)));
  }
}

// Throws while two others are handled, of which the handlers are on the stack.
[[gnu::noinline]] void ThrowInHandlers() {
  try {
    throw 42;
  } catch (int) {
    try {
      throw std::runtime_error("first");
    } catch (const std::runtime_error&) {
      throw Both("second");
    }
  }
}

[[gnu::noinline]] void ThrowBoth() { throw Both("it broke"); }
void ThrowThroughNoexcept() noexcept { ThrowBoth(); }

void GoexitInNoexcept() noexcept { gort::Goexit(); }

}  // namespace

int main(int, char** argv) {
  const std::string_view how = argv[1];
  if (how == "sanitizer") {
    std::puts(GORT_FIBER_HOOKS ? "yes" : "no");
    return 0;
  }
  if (how == "overflow") OnGoroutine([] { sink = Recurse(0); });
  if (how == "overflow_leaps") OnGoroutine([] { sink = RecurseInLeaps(0); });
  if (how == "overflow_main") sink = RecurseInLeaps(0);  // not Recurse: TSan keeps 65,536 frames at most
  if (how == "nil") OnGoroutine([] { sink = Load(0); });
  if (how == "noncanonical") OnGoroutine([] { sink = Load(0xdead'0000'0000'0000); });
  if (how == "nil_call") {
    OnGoroutine([] {
      void (*volatile nothing)() = nullptr;
      nothing();
    });
  }
  if (how == "nil_in_systemstack") {
    OnGoroutine([] { gort::runtime::systemstack([](void*) { sink = Load(0); }, nullptr); });
  }
  if (how == "kill_segv") {
    OnGoroutine([] { kill(getpid(), SIGSEGV); });
  }
  if (how == "own_handler") {
    // Somebody's handler that recovers; afterwards an overflow must still be ours to report.
    OnGoroutine([&] {
      if (sigsetjmp(recovery, 1) == 0) sink = Load(0);
      std::puts("recovered");
      std::fflush(stdout);
    });
    OnGoroutine([] { sink = Recurse(0); });
  }
  if (how == "go_nil") gort::Go(static_cast<void (*)()>(nullptr));
  if (how == "go_empty") gort::Go(std::function<void()>());
  if (how == "goexit_swallowed") {
    OnGoroutine([] {
      try {
        gort::Goexit();
      } catch (...) {  // and no throw
      }
    });
  }
  if (how == "foreign_guard") {
    std::uintptr_t victim = 0;
    gort::Go([&] {
      victim = gort::CurrentStack().lo - 8;
      gort::runtime::gopark(nullptr, nullptr, gort::runtime::WaitReason::kSleep);
    });
    while (victim == 0) gort::Gosched();
    OnGoroutine([&] { sink = Load(victim); });
  }
  if (how == "throw") OnGoroutine([] { ThrowDeep(3); });
  if (how == "throw_main") ThrowDeep(1);
  if (how == "throw_panic") throw gort::PanicError("close of closed channel");
  if (how == "throw_int") throw 42;
  if (how == "throw_notext") throw NoText{};
  if (how == "throw_template") throw std::pair<int, NoText*>();
  if (how == "throw_nested") OnGoroutine([] { ThrowNested(2); });
  if (how == "throw_nested_panic") {
    try {
      throw NoText{};
    } catch (...) {
      std::throw_with_nested(gort::PanicError("close of closed channel"));
    }
  }
  if (how == "throw_nested_deep") ThrowNested(40);
  if (how == "throw_in_handlers") OnGoroutine([] { ThrowInHandlers(); });
  if (how == "throw_again") {
    try {
      throw Both("it broke");
    } catch (...) {
      throw;
    }
  }
  if (how == "throw_kept") {
    std::exception_ptr kept;
    try {
      throw Both("it broke");
    } catch (...) {
      kept = std::current_exception();
    }
    std::rethrow_exception(kept);
  }
  if (how == "throw_made") std::rethrow_exception(std::make_exception_ptr(Both("it broke")));
  if (how == "throw_through_noexcept") ThrowThroughNoexcept();
  if (how == "throw_after_catch") {
    try {
      throw 42;
    } catch (int) {  // over and done with
    }
    throw Both("it broke");
  }
  if (how == "goexit_noexcept") OnGoroutine([] { GoexitInNoexcept(); });
  if (how == "leak" || how == "leak_status") {
    gort::Go([] { gort::Chan<int>().Recv(); });
    gort::Go([] { gort::Select(); });
    AwaitInDump("[chan receive (nil chan)]");
    AwaitInDump("[select (no cases)]");
    return how == "leak" ? 0 : 7;
  }
  if (how == "no_leak") {
    static const gort::Chan<int> in_reach = gort::MakeChan<int>();
    gort::Go([] { gort::Chan<int>(in_reach).Recv(); });
    AwaitInDump("[chan receive]");
    return 0;
  }
  if (how == "terminate") std::terminate();
  if (how == "fatal") OnGoroutine([] { gort::runtime::sys::Fatal("something cannot be"); });
  if (how == "deadlock") {
    gort::Go([] { gort::runtime::gopark(nullptr, nullptr, gort::runtime::WaitReason::kChanReceive); });
    gort::runtime::gopark(nullptr, nullptr, gort::runtime::WaitReason::kSelectNoCases);
  }
  if (how == "goexit_main") gort::Goexit();
  if (how == "goexit_main_others") {
    gort::Go([] {
      gort::Gosched();
      std::puts("the other one goes on");
      std::exit(3);
    });
    gort::Goexit();
  }
  if (how == "abort") std::abort();
  if (how == "exit7") std::exit(7);
  if (how == "first_gosched") {
    std::atomic<bool> ran = false;  // the goroutine may run on another thread
    gort::Go([&] { ran = true; });
    gort::Gosched();
    return ran ? 5 : 6;
  }
  if (how == "return") return 9;
  std::fprintf(stderr, "crash_program: still alive after '%s'\n", argv[1]);
  return 99;
}
