// A goroutine in each state that a debugger can meet, for goroutines_test.sh:
//
//   goroutines_program zoo       one of each, then Ready()
//   goroutines_program many N    N that wait in the same place, then Ready()
//   goroutines_program stay N    N that wait and one in a system call; says "ready" and stays
//
// Every goroutine is where it belongs when Ready is called: main waits for their statuses.

#include <poll.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "gort/gort.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/globals.h"

namespace {

// Where the test's breakpoint is.
[[gnu::noinline]] void Ready(int goroutines) { asm volatile("" : : "r"(goroutines) : "memory"); }

// Whether `n` goroutines wait, or are in Blocking.
bool Settled(int n) {
  int settled = 0;
  for (const gort::runtime::g* gp = gort::runtime::allgs.load(); gp != nullptr; gp = gp->alllink) {
    const auto status = gp->atomicstatus.load();
    settled += status == gort::runtime::kGwaiting || status == gort::runtime::kGsyscall ? 1 : 0;
  }
  return settled == n;
}

void WaitUntilSettled(int n) {
  while (!Settled(n)) gort::Gosched();
}

// Keeps the caller's frame, and `value` for whoever looks into it, up to here.
void KeepUntilHere(int value) { asm volatile("" : : "r"(value)); }

[[gnu::noinline]] int Consume(const gort::Chan<int>& numbers, int weight) {
  int sum = 0;
  for (const int number : numbers) sum += number * weight;
  KeepUntilHere(weight);
  return sum;
}

[[gnu::noinline]] void Deep(const gort::Chan<int>& numbers, int depth) {
  if (depth > 0) {
    Deep(numbers, depth - 1);
  } else {
    Consume(numbers, 42);
  }
  KeepUntilHere(depth);
}

[[gnu::noinline]] void Produce(const gort::Chan<int>& numbers, int first) {
  numbers.Send(first);
  KeepUntilHere(first);
}

[[gnu::noinline]] void Choose(const gort::Chan<int>& a, const gort::Chan<int>& b) {
  gort::Select(gort::Recv(a), gort::Recv(b));
  asm volatile("");
}

[[gnu::noinline]] void Poll() {
  gort::Blocking([] { poll(nullptr, 0, -1); });
  asm volatile("");
}

[[gnu::noinline]] void Doze() {
  gort::Sleep(absl::Hours(1));
  asm volatile("");
}

[[gnu::noinline]] void LockAndHold(gort::Mutex& mutex) {
  const std::lock_guard<gort::Mutex> lock(mutex);
  asm volatile("");
}

[[gnu::noinline]] void WaitFor(gort::WaitGroup& group) {
  group.Wait();
  asm volatile("");
}

[[gnu::noinline]] void NotYet() { asm volatile(""); }

int Zoo() {
  gort::Chan<int> numbers = gort::MakeChan<int>();
  gort::Chan<int> full = gort::MakeChan<int>(3);
  gort::Chan<int> nil;
  gort::Mutex mutex;
  gort::RWMutex rwmutex;
  gort::WaitGroup group;
  // A ring whose first value is not in its first slot.
  for (int i = 9; i < 13; ++i) {
    full.Send(i);
    if (i == 9) full.Recv();
  }
  mutex.Lock();
  rwmutex.RLock();
  group.Add(2);
  gort::Go({.name = "consumer"}, [&] { Deep(numbers, 3); });
  gort::Go({.name = "consumer"}, [&] { Consume(numbers, 7); });
  gort::Go({.name = "producer"}, [&] { Produce(full, 13); });
  gort::Go({.name = "nobody"}, [&] { Consume(nil, 1); });
  gort::Go({.name = "chooser"}, [&] { Choose(numbers, nil); });
  gort::Go({.name = "poller"}, [] { Poll(); });
  gort::Go({.name = "sleeper"}, [] { Doze(); });
  gort::Go({.name = "locker"}, [&] { LockAndHold(mutex); });
  gort::Go({.name = "waiter"}, [&] { WaitFor(group); });
  WaitUntilSettled(9);
  gort::Go({.name = "newborn"}, [] { NotYet(); });
  Ready(11);
  std::printf("end of the zoo\n");
  return static_cast<int>(full.Len()) - 3;
}

int Many(int n) {
  gort::Chan<int> numbers = gort::MakeChan<int>();
  for (int i = 0; i < n; ++i) {
    gort::Go([&] { Consume(numbers, 2); });
  }
  WaitUntilSettled(n);
  Ready(n + 1);
  return 0;
}

// main may be a plain thread here.
int Stay(int n) {
  gort::Chan<int> numbers = gort::MakeChan<int>();
  gort::Go({.name = "poller"}, [] { Poll(); });
  for (int i = 0; i < n; ++i) {
    gort::Go([&] { Consume(numbers, 2); });
  }
  WaitUntilSettled(n + 1);
  std::puts("ready");
  std::fflush(stdout);
  poll(nullptr, 0, -1);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "zoo") return Zoo();
  if (argc == 3 && std::string_view(argv[1]) == "many") return Many(std::atoi(argv[2]));
  if (argc == 3 && std::string_view(argv[1]) == "stay") return Stay(std::atoi(argv[2]));
  std::fprintf(stderr, "usage: goroutines_program zoo | many N | stay N\n");
  return 2;
}
