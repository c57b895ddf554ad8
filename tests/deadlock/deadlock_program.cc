// Comes to an end, or to none, in the way that its argument names. deadlock_test.sh looks at what it says and how it exits; the
// ways with a counterpart in Go bear that one's name.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/runtime/sema/parked_for_test.h"
#include "gort/runtime/switch/fiber.h"

namespace {

using gort::runtime::WaitReason;

[[noreturn]] void Sleepless() {
  for (;;) gort::Select();
}

// Every goroutine asleep, main in the way that `how` names.
void Deadlock(std::string_view how) {
  gort::Chan<int> ch = gort::MakeChan<int>();
  gort::Chan<int> nil;
  std::optional<int> v;
  gort::Mutex mutex;
  gort::RWMutex rw;
  if (how == "deadlock_recv") ch.Recv();
  if (how == "deadlock_send") ch.Send(1);
  if (how == "deadlock_nilrecv") nil.Recv();
  if (how == "deadlock_nilsend") nil.Send(1);
  if (how == "deadlock_select0") gort::Select();
  if (how == "deadlock_select") gort::Select(gort::Recv(ch, v), gort::Send(gort::MakeChan<int>(), 1));
  if (how == "deadlock_range") {
    for (int unexpected : ch) return static_cast<void>(unexpected);
  }
  if (how == "deadlock_mutex") {
    mutex.Lock();
    mutex.Lock();
  }
  if (how == "deadlock_rwmutex_r") {
    rw.Lock();
    rw.RLock();
  }
  if (how == "deadlock_rwmutex_w") {
    rw.RLock();
    rw.Lock();
  }
  if (how == "deadlock_wg") {
    gort::WaitGroup wg;
    wg.Add(1);
    wg.Wait();
  }
  if (how == "deadlock_cond") {
    gort::Cond cond(mutex);
    mutex.Lock();
    cond.Wait();
  }
  if (how == "deadlock_once") {
    gort::Once once;
    once.Do([&] { once.Do([] {}); });
  }
  if (how == "deadlock_many") {
    for (int i = 0; i < 3; ++i) gort::Go([] { Sleepless(); });
    Sleepless();
  }
  if (how == "deadlock_context") gort::Background().Done().Recv();
  if (how == "deadlock_stopped_timer") {
    gort::Timer timer(absl::Hours(1));
    timer.Stop();
    timer.C().Recv();
  }
  if (how == "deadlock_unwaited_timer") {
    gort::Timer timer(absl::Hours(1));  // nobody waits on its channel, so that it is on no heap
    ch.Recv();
  }
  if (how == "deadlock_locked") {
    gort::LockOSThread();
    ch.Recv();
  }
}

// The same, with something else about that might have woken somebody.
void DeadlockAfter(std::string_view how) {
  gort::Chan<int> ch = gort::MakeChan<int>();
  if (how == "deadlock_after_timer") {
    gort::AfterFunc(absl::Milliseconds(1), [] {});
    ch.Recv();
  }
  if (how == "deadlock_after_sleep") {
    gort::Go([] { gort::Sleep(absl::Milliseconds(1)); });
    ch.Recv();
  }
  if (how == "deadlock_after_timeout") {
    gort::Select(gort::Recv(ch), gort::Timeout(absl::Milliseconds(1)));
    ch.Recv();
  }
  if (how == "deadlock_after_blocking") {
    gort::Blocking([] { usleep(1000); });
    ch.Recv();
  }
  if (how == "deadlock_after_thread") {
    std::thread([ch] { gort::Go([ch] { ch.Send(1); }); }).detach();
    ch.Recv();
    ch.Recv();
  }
  if (how == "deadlock_thread_waits") {
    // It can be woken by goroutines alone, and they sleep.
    std::thread([ch] { ch.Recv(); }).detach();
    gort::Select();
  }
}

// Somebody can still wake main, which then ends the program with status 0.
void Alive(std::string_view how) {
  constexpr int kLongerThanAnyCheckUs = 200'000;
  gort::Chan<int> ch = gort::MakeChan<int>();
  if (how == "alive_sleep") gort::Sleep(absl::Microseconds(kLongerThanAnyCheckUs));
  if (how == "alive_after") gort::After(absl::Microseconds(kLongerThanAnyCheckUs)).Recv();
  if (how == "alive_timeout") {
    gort::Select(gort::Recv(ch), gort::Timeout(absl::Microseconds(kLongerThanAnyCheckUs)));
  }
  if (how == "alive_afterfunc") {
    gort::AfterFunc(absl::Microseconds(kLongerThanAnyCheckUs), [ch] { ch.Send(1); });
    ch.Recv();
  }
  if (how == "alive_context") {
    auto [ctx, cancel] = gort::WithTimeout(gort::Background(), absl::Microseconds(kLongerThanAnyCheckUs));
    ctx.Done().Recv();
  }
  if (how == "alive_thread") {
    std::thread([ch] {
      usleep(kLongerThanAnyCheckUs);
      ch.Send(1);
    }).detach();
    ch.Recv();
  }
  if (how == "alive_thread_sleeps") {
    std::thread([ch] {
      gort::Sleep(absl::Microseconds(kLongerThanAnyCheckUs));
      ch.Send(1);
    }).detach();
    ch.Recv();
  }
  if (how == "alive_blocking") {
    gort::Go([ch] {
      gort::Blocking([] { usleep(kLongerThanAnyCheckUs); });
      ch.Send(1);
    });
    ch.Recv();
  }
  if (how == "alive_unannounced") {  // a system call that gort does not know of
    gort::Go([ch] {
      usleep(kLongerThanAnyCheckUs);
      ch.Send(1);
    });
    ch.Recv();
  }
  std::exit(0);
}

void Goexit(std::string_view how) {
  if (how == "main_goexit_others") {
    for (int i = 0; i < 10; ++i) gort::Go([] { gort::Gosched(); });
  }
  if (how == "main_goexit_exit") {
    gort::Go([] {
      gort::Sleep(absl::Milliseconds(1));
      std::exit(3);
    });
  }
  if (how == "main_goexit_asleep") {
    gort::Go([] { gort::MakeChan<int>().Recv(); });
  }
  gort::Goexit();
}

// Misuse that panics in Go: an exception that here nobody catches.
void Panic(std::string_view how) {
  gort::Chan<int> ch = gort::MakeChan<int>();
  if (how == "close_closed") {
    ch.Close();
    ch.Close();
  }
  if (how == "close_nil") gort::Chan<int>().Close();
  if (how == "closed_send") {
    ch.Close();
    ch.Send(1);
  }
  if (how == "closed_send_select") {
    ch.Close();
    gort::Select(gort::Send(ch, 1), gort::Recv(gort::Chan<int>()));
  }
  if (how == "closed_send_blocked") {
    gort::runtime::Watched sender;
    gort::Go([&] {
      sender.ThisIsMe();
      ch.Send(1);
    });
    sender.AwaitParked(WaitReason::kChanSend);
    ch.Close();
    gort::Select();
  }
  if (how == "makechan_neg") gort::MakeChan<int>(-1);
  if (how == "wg_negative") gort::WaitGroup().Done();
  if (how == "newticker0") gort::Ticker{absl::ZeroDuration()};
  if (how == "panic_go") {
    gort::Go([] { throw std::runtime_error("boom"); });
    gort::Select();
  }
  if (how == "panic_wg_go") {
    gort::WaitGroup wg;
    wg.Go([] { throw std::runtime_error("boom"); });
    wg.Wait();
    std::exit(0);
  }
  if (how == "panic_multiline") throw std::runtime_error("line1\nline2");
  if (how == "panic_recovered_then") {
    try {
      throw std::runtime_error("a");
    } catch (const std::exception&) {
    }
    throw std::runtime_error("b");
  }
  if (how == "panic_goexit_defer") {
    gort::Go([] {
      struct Defer {
        ~Defer() noexcept(false) { throw std::runtime_error("in goexit defer"); }
      } defer;
      gort::Goexit();
    });
    gort::Select();
  }
}

// Misuse that is fatal in Go: nothing can catch it.
void Fatal(std::string_view how) {
  try {
    if (how == "unlock_unlocked") gort::Mutex().Unlock();
    if (how == "rw_runlock") gort::RWMutex().RUnlock();
    if (how == "rw_unlock") gort::RWMutex().Unlock();
    if (how == "go_nil") gort::Go(static_cast<void (*)()>(nullptr));
    if (how == "fatal_on_thread") {
      std::thread([] { gort::Mutex().Unlock(); }).join();
    }
    if (how == "fatal_others") {
      // One that waits, and one that computes on a thread of its own.
      gort::runtime::Watched waits;
      std::atomic<bool> computes = false;
      gort::Go([&] {
        waits.ThisIsMe();
        gort::Select();
      });
      waits.AwaitParked(WaitReason::kSelectNoCases);
      gort::Go([&] {
        for (;;) computes.store(true, std::memory_order_relaxed);
      });
      while (!computes.load(std::memory_order_relaxed)) gort::Gosched();
      gort::Mutex().Unlock();
    }
  } catch (...) {
    std::puts("caught");
  }
}

}  // namespace

int main(int, char** argv) {
  const std::string_view how = argv[1];
  if (how == "sanitizer") {
    std::puts(GORT_FIBER_HOOKS ? "yes" : "no");
    return 0;
  }
  if (how == "return") return 0;
  if (how.starts_with("deadlock_after_") || how.starts_with("deadlock_thread_")) {
    DeadlockAfter(how);
  } else if (how.starts_with("deadlock_")) {
    Deadlock(how);
  } else if (how.starts_with("alive_")) {
    Alive(how);
  } else if (how.starts_with("main_goexit")) {
    Goexit(how);
  } else {
    Fatal(how);
    Panic(how);
  }
  std::fprintf(stderr, "deadlock_program: still alive after '%s'\n", argv[1]);
  return 99;
}
