// What a seed decides, for seeded_test.sh.
//
//   trace      goroutines that do a bit of everything note who acts; prints a hash of the first 2,000 notes
//   lost       a counter with a planted mistake: exit status 1 if an increment is lost
//   blocking   Blocking with one P: exit status 0 if others run meanwhile
#include <chrono>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include "gort/gort.h"

namespace {

// Who acted, in which order. One P: only one goroutine runs at a time, but the compiler need not know.
class Trace {
 public:
  void Note(std::uint64_t what) {
    if (notes_ >= kNotes) return;
    ++notes_;
    hash_ = (hash_ ^ what) * 0x100000001b3;  // FNV-1a
  }
  void Print() const { std::printf("%d notes, hash %016llx\n", notes_, static_cast<unsigned long long>(hash_)); }

 private:
  static constexpr int kNotes = 2'000;
  int notes_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

void LockAndCount(Trace* trace, gort::Mutex* mutex, std::uint64_t who) {
  for (int i = 0; i < 100; ++i) {
    std::lock_guard lock(*mutex);
    trace->Note(who);
    if (i % 8 == 0) gort::Gosched();
    trace->Note(who);
  }
}

void Exchange(Trace* trace, const gort::Chan<std::uint64_t>& in, const gort::Chan<std::uint64_t>& out, std::uint64_t who) {
  for (int i = 0; i < 100; ++i) {
    std::optional<std::uint64_t> from;
    const int chosen = gort::Select(gort::Recv(in, from), gort::Send(out, who), gort::Timeout(std::chrono::seconds(who)));
    trace->Note(who << 32 | static_cast<std::uint64_t>(chosen) << 16 | from.value_or(0));
  }
}

// In a bubble, so that the clock is the seed's, too.
int PrintTrace() {
  Trace trace;
  gort::synctest::Test([&trace] {
    gort::Mutex mutex;
    const auto unbuffered = gort::MakeChan<std::uint64_t>();
    const auto buffered = gort::MakeChan<std::uint64_t>(2);
    gort::WaitGroup wg;
    for (std::uint64_t who = 1; who <= 6; ++who) {
      wg.Go([&, who] { LockAndCount(&trace, &mutex, who); });
      wg.Go([&, who] { Exchange(&trace, unbuffered, buffered, who); });
      wg.Go([&, who] { Exchange(&trace, buffered, unbuffered, who); });
      gort::AfterFunc(std::chrono::seconds(1), [&trace, who] { trace.Note(who << 48); });
    }
    wg.Wait();
  });
  trace.Print();
  return 0;
}

// Each worker adds one, by a read and a write that are two critical sections: an increment is lost when another worker comes in
// between, once for all of the workers that do so.
int LoseIncrements() {
  constexpr int kWorkers = 2;
  gort::Mutex mutex;
  int counter = 0;
  gort::WaitGroup wg;
  for (int i = 0; i < kWorkers; ++i) {
    wg.Go([&] {
      mutex.Lock();
      const int read = counter;
      mutex.Unlock();
      mutex.Lock();
      counter = read + 1;
      mutex.Unlock();
    });
  }
  wg.Wait();
  if (counter == kWorkers) return 0;
  std::printf("counted %d, not %d\n", counter, kWorkers);
  return 1;
}

// The call ends only if somebody else runs.
int BlockUntilOthersRan() {
  std::atomic<bool> ran{false};
  gort::Go([&ran] { ran = true; });
  gort::Blocking([&ran] {
    while (!ran.load()) {
    }
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  if (std::strcmp(what, "trace") == 0) return PrintTrace();
  if (std::strcmp(what, "lost") == 0) return LoseIncrements();
  if (std::strcmp(what, "blocking") == 0) return BlockUntilOthersRan();
  std::fprintf(stderr, "seeded_program: the argument is trace, lost or blocking, not '%s'\n", what);
  return 2;
}
