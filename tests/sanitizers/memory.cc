// Bugs with memory and arithmetic, on goroutines, for AddressSanitizer, LeakSanitizer, UBSan and Valgrind; and programs that have none.
// The argument says which.
#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gort/gort.h"

extern "C" [[gnu::weak]] int __lsan_do_recoverable_leak_check();

namespace {

// Opaque to the optimizer.
int* volatile pointer = nullptr;
volatile int sink = 0;
volatile int index_of_ten = 10;

[[gnu::noinline]] void ReadThePointer() { sink = *pointer; }

// ---- bugs -------------------------------------------------------------------------------------------------------------------

[[gnu::noinline]] void PublishALocal() {
  int local[4] = {1, 2, 3, 4};
  pointer = local;
  sink = local[sink & 3];
}

// The variable's goroutine has ended.
void ReadDeadStack() {
  gort::WaitGroup wg;
  wg.Go([] {
    int local[4] = {1, 2, 3, 4};
    pointer = local;
    sink = local[sink & 3];
  });
  wg.Wait();
  gort::Gosched();
  ReadThePointer();
}

// The variable's function has returned, the goroutine goes on.
void ReadReturnedFrame() {
  gort::WaitGroup wg;
  wg.Go([] {
    PublishALocal();
    ReadThePointer();
  });
  wg.Wait();
}

[[gnu::noinline]] void MakeIt() { pointer = new int(1); }
[[gnu::noinline]] void FreeIt() { delete pointer; }

void UseAfterFree() {
  gort::WaitGroup wg;
  wg.Go(MakeIt);
  wg.Wait();
  wg.Go(FreeIt);
  wg.Wait();
  wg.Go(ReadThePointer);
  wg.Wait();
}

[[gnu::noinline]] void WriteBehindAnArray() {
  int local[10] = {};
  pointer = local;
  pointer[index_of_ten] = 1;
}

void StackBufferOverflow() {
  gort::WaitGroup wg;
  wg.Go(WriteBehindAnArray);
  wg.Wait();
}

[[gnu::noinline]] int AddOne(int n) { return n + 1; }

void SignedOverflow() {
  gort::WaitGroup wg;
  wg.Go([] { sink = AddOne(INT_MAX); });
  wg.Wait();
}

[[gnu::noinline]] int* MakeForgotten() { return new int[25]; }

// Only a goroutine that has ended knew of it.
void Leak() {
  gort::WaitGroup wg;
  wg.Go([] {
    int* forgotten = MakeForgotten();
    sink = forgotten != nullptr;
  });
  wg.Wait();
}

// ---- no bugs ----------------------------------------------------------------------------------------------------------------

// When main returns, goroutines wait that hold memory in their frames and closures, and nobody else does.
void HeldByParked() {
  gort::Chan<int> never = gort::MakeChan<int>();
  gort::Chan<int> parked = gort::MakeChan<int>();
  for (int i = 0; i < 1000; ++i) {
    gort::Go([never, parked, in_closure = std::make_unique<int>(i)] {
      auto in_frame = std::make_unique<std::string>(100, 'x');
      parked.Send(*in_closure);
      never.Recv();
      sink = static_cast<int>(in_frame->size());
    });
  }
  gort::GoOptions large;
  large.stack_size = 4 << 20;
  gort::Go(large, [never, parked, in_closure = std::make_unique<int>(1)] {
    parked.Send(*in_closure);
    never.Recv();
  });
  for (int i = 0; i < 1001; ++i) parked.Recv();
  // The last of them may still be on its way.
  const auto waiting = [] {
    const std::string all = gort::Stack(true);
    int n = 0;
    for (std::size_t at = all.find(" [chan receive"); at != all.npos; at = all.find(" [chan receive", at + 1)) ++n;
    return n;
  };
  while (waiting() < 1001) gort::Gosched();
}

// Memory changes hands all the time while leaks are looked for: it grows, goes to a goroutine that waits, by a channel and by a
// pointer into its frame, and to one that has just been started.
void HeldByRunning() {
  constexpr int kHolders = 8;
  constexpr int kChecks = 50;
  using Load = std::unique_ptr<std::vector<int>>;
  std::atomic<bool> stop{false};
  gort::WaitGroup wg;
  for (int i = 0; i < kHolders; ++i) {
    wg.Go([&stop] {
      gort::Chan<Load> there = gort::MakeChan<Load>();
      gort::Chan<Load> back = gort::MakeChan<Load>();
      gort::Go([there, back] {
        while (auto load = there.Recv()) {
          (*load)->push_back(1);
          back.Send(std::move(*load));
        }
      });
      auto load = std::make_unique<std::vector<int>>();
      while (!stop.load()) {
        there.Send(std::move(load));
        load = std::move(*back.Recv());
        gort::WaitGroup started;
        Load returned;
        started.Go([&returned, load = std::move(load)]() mutable { returned = std::move(load); });
        started.Wait();
        load = std::move(returned);
        if (load->size() > 100) load = std::make_unique<std::vector<int>>();
      }
      there.Close();
    });
  }
  for (int i = 0; i < kChecks && __lsan_do_recoverable_leak_check != nullptr; ++i) {
    if (__lsan_do_recoverable_leak_check() != 0) std::exit(1);
    gort::Gosched();
  }
  stop.store(true);
  wg.Wait();
}

[[gnu::noinline]] int Deep(int depth) {
  volatile char frame[256] = {};
  return depth == 0 ? frame[0] : Deep(depth - 1) + frame[1];
}

// Stacks of all sizes are used, left and used again, also by Goexit and exceptions.
void ManyGoroutines() {
  gort::Chan<int> ch = gort::MakeChan<int>(10);
  for (int round = 0; round < 10; ++round) {
    gort::WaitGroup wg;
    for (int i = 0; i < 100; ++i) {
      gort::GoOptions options;
      if (i % 10 == 0) options.stack_size = std::size_t{16 << 10} << (i / 10);
      wg.Add(1);
      gort::Go(options, [&wg, ch, i] {
        struct Done {
          gort::WaitGroup* wg;
          ~Done() { wg->Done(); }
        } done{&wg};
        ch.Send(Deep(i % 10));
        gort::Gosched();
        try {
          if (i % 3 == 0) throw i;
        } catch (int) {
        }
        ch.Recv();
        if (i % 7 == 0) gort::Goexit();
      });
    }
    wg.Wait();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> programs = {
      {"read_dead_stack", &ReadDeadStack},  {"read_returned_frame", &ReadReturnedFrame},
      {"use_after_free", &UseAfterFree},    {"stack_buffer_overflow", &StackBufferOverflow},
      {"signed_overflow", &SignedOverflow}, {"leak", &Leak},
      {"held_by_parked", &HeldByParked},    {"held_by_running", &HeldByRunning},
      {"many_goroutines", &ManyGoroutines},
  };
  const auto program = programs.find(argc == 2 ? argv[1] : "");
  if (program == programs.end()) {
    std::fprintf(stderr, "memory: give the name of one of the programs in memory.cc\n");
    return 2;
  }
  program->second();
  std::puts("reached the end");
}
