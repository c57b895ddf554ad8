// What trace_file_test.sh records.
//
//   testing_program work SEED FILE     a mix of everything, recorded; prints what the trace must hold, for check_trace.py
//   testing_program events N FILE      at least N events, recorded
//   testing_program panic|nil|exit     some work, and then an end; the trace is GORT_TRACE's
//   testing_program sanitizer          status 3 if it was built with one that has its own say about faults
//   testing_program many N             N goroutines that wait while the program ends

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>

#include "gort/gort.h"
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/trace/annotation.h"
#include "gort/runtime/trace/trace.h"

namespace {

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

struct Shared {
  gort::Mutex mutex;
  gort::Chan<int> values = gort::MakeChan<int>(4);
  gort::WaitGroup all;
};

// One goroutine of the mix. Each puts one value into the channel for each that it takes, so nobody waits for ever.
void Mix(Shared* shared, std::uint64_t seed, int depth) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 40; ++i) {
    switch (random() % 8) {
      case 0: gort::Gosched(); break;
      case 1: gort::Sleep(absl::Microseconds(random() % 50)); break;
      case 2: gort::Blocking([] {}); break;
      case 3: gort::trace::WithRegion("region", [] { gort::Gosched(); }); break;
      case 4: gort::trace::Log("mix", "a message"); break;
      case 5: {
        shared->mutex.Lock();
        gort::Gosched();
        shared->mutex.Unlock();
        break;
      }
      case 6: {
        shared->values.Send(i);
        shared->values.Recv();
        break;
      }
      default:
        if (depth > 0) {
          shared->all.Add(1);
          gort::Go({.name = "child"}, [shared, next = random(), depth] {
            Mix(shared, next, depth - 1);
            shared->all.Done();
          });
        }
    }
  }
}

void RunMix(std::uint64_t seed) {
  Shared shared;
  for (std::uint64_t i = 0; i < 6; ++i) {
    shared.all.Add(1);
    gort::Go([&shared, own = seed + i] {
      Mix(&shared, own, 2);
      shared.all.Done();
    });
  }
  shared.all.Wait();
}

int Work(std::uint64_t seed, const char* file) {
  Check(gort::trace::Start());
  RunMix(seed);
  gort::trace::Stop();
  Check(gort::trace::WriteTo(file));
  return 0;
}

int Events(long n, const char* file) {
  Check(gort::trace::Start({.ring_bytes = 256 << 20}));
  gort::Go([] {
    for (;;) gort::Gosched();
  });
  for (long i = 0; i < n / 4; ++i) gort::Gosched();
  gort::trace::Stop();
  Check(gort::trace::WriteTo(file));
  return 0;
}

int Many(long n) {
  const gort::Chan<int> never = gort::MakeChan<int>();
  for (long i = 0; i < n; ++i) gort::Go([never]() mutable { never.Recv(); });
  for (int i = 0; i < 100; ++i) gort::Gosched();
  return 0;
}

// UBSan would end the program before the fault.
__attribute__((no_sanitize("undefined"))) void StoreToNull() { *const_cast<volatile int*>(static_cast<int*>(nullptr)) = 1; }

int Run(int argc, char** argv) {
  const std::string how = argc > 1 ? argv[1] : "";
  if (how == "work" && argc == 4) return Work(std::strtoull(argv[2], nullptr, 10), argv[3]);
  if (how == "events" && argc == 4) return Events(std::strtol(argv[2], nullptr, 10), argv[3]);
  if (how == "many" && argc == 3) return Many(std::strtol(argv[2], nullptr, 10));
  if (how == "sanitizer") return GORT_FIBER_HOOKS ? 3 : 0;
  RunMix(1);
  if (how == "panic") throw std::runtime_error("it broke");
  if (how == "nil") StoreToNull();
  return how == "exit" ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) { return Run(argc, argv); }
