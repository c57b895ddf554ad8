// Data races for ThreadSanitizer, and programs that look like races and are none. The argument says which.
#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "gort/gort.h"

namespace {

int shared = 0;

// The accesses have names, for the report.
[[gnu::noinline]] void WriteHere() { ++shared; }
[[gnu::noinline]] void WriteThere() { shared += 2; }

// Waits for something without being ordered after it, as far as C++ is concerned.
class Signal {
 public:
  void Set() { set_.store(true, std::memory_order_relaxed); }
  void Await() const {
    while (!set_.load(std::memory_order_relaxed)) gort::Gosched();
  }

 private:
  std::atomic<bool> set_{false};
};

// ---- races ------------------------------------------------------------------------------------------------------------------

void TwoWriters() {
  gort::WaitGroup wg;
  wg.Go(WriteHere);
  wg.Go(WriteThere);
  wg.Wait();
}

// The second goroutine starts when the first has ended, and gets its stack.
void OneAfterTheOther() {
  Signal first;
  gort::Go([&] {
    WriteHere();
    first.Set();
  });
  first.Await();
  gort::Gosched();
  gort::WaitGroup wg;
  wg.Go(WriteThere);
  wg.Wait();
}

// They communicate, but the write comes after the send.
void WriteAfterSend() {
  gort::Chan<int> ch = gort::MakeChan<int>();
  Signal written;
  gort::Go([&, ch] {
    ch.Send(1);
    WriteHere();
    written.Set();
  });
  ch.Recv();
  written.Await();
  WriteThere();
}

// A value came, but from somebody else.
void UnrelatedChannel() {
  gort::Chan<int> ch = gort::MakeChan<int>(1);
  Signal written;
  gort::Go([&] {
    WriteHere();
    written.Set();
  });
  gort::Go([&, ch] {
    written.Await();
    ch.Send(1);
  });
  ch.Recv();
  WriteThere();
}

// A sleep is no synchronization.
void SleepInstead() {
  Signal written;
  gort::Go([&] {
    WriteHere();
    written.Set();
  });
  written.Await();
  gort::Sleep(absl::Milliseconds(1));
  WriteThere();
}

// Both hold the lock, for reading.
void WritersUnderRLock() {
  gort::RWMutex mutex;
  gort::WaitGroup wg;
  for (void (*write)() : {&WriteHere, &WriteThere}) {
    wg.Go([&, write] {
      std::shared_lock lock(mutex);
      write();
    });
  }
  wg.Wait();
}

void WriteAfterDone() {
  gort::WaitGroup wg;
  Signal written;
  wg.Add(1);
  gort::Go([&] {
    wg.Done();
    WriteHere();
    written.Set();
  });
  wg.Wait();
  written.Await();
  WriteThere();
}

// ---- no races ---------------------------------------------------------------------------------------------------------------

// Each way to be ordered, with a plain int.
void Ordered() {
  gort::WaitGroup wg;
  gort::Mutex mutex;
  gort::RWMutex rwmutex;
  gort::Chan<int> slots = gort::MakeChan<int>(2);  // a semaphore: at most two at a time
  gort::Chan<int> turn = gort::MakeChan<int>(1);   // and a lock
  for (int i = 0; i < 16; ++i) {
    wg.Go([&, slots, turn] {
      slots.Send(1);
      {
        std::lock_guard lock(mutex);
        WriteHere();
      }
      {
        std::lock_guard lock(rwmutex);
        gort::Gosched();
      }
      turn.Send(1);
      gort::Gosched();
      turn.Recv();
      slots.Recv();
    });
  }
  wg.Wait();
  WriteThere();

  gort::Task<int> task = gort::Spawn([] {
    WriteHere();
    return shared;
  });
  shared += task.Join();

  gort::Chan<int> done = gort::MakeChan<int>();
  gort::AfterFunc(absl::Milliseconds(1), [done] {
    WriteHere();
    done.Close();
  });
  done.Recv();
  WriteThere();
}

// What belongs to the thread is used by goroutines one after the other. In a function: its address must not be kept across a wait.
[[gnu::noinline]] void CountOnThread() {
  static thread_local int mine = 0;
  ++mine;
}

void ThreadLocals() {
  gort::WaitGroup wg;
  for (int i = 0; i < 100; ++i) {
    wg.Go([] {
      CountOnThread();
      gort::Gosched();
      CountOnThread();
    });
  }
  wg.Wait();
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> programs = {
      {"two_writers", &TwoWriters},          {"one_after_the_other", &OneAfterTheOther},
      {"write_after_send", &WriteAfterSend}, {"unrelated_channel", &UnrelatedChannel},
      {"sleep_instead", &SleepInstead},      {"writers_under_rlock", &WritersUnderRLock},
      {"write_after_done", &WriteAfterDone}, {"ordered", &Ordered},
      {"thread_locals", &ThreadLocals},
  };
  const auto program = programs.find(argc == 2 ? argv[1] : "");
  if (program == programs.end()) {
    std::fprintf(stderr, "races: give the name of one of the programs in races.cc\n");
    return 2;
  }
  program->second();
  std::puts("reached the end");
}
