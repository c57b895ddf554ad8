// Timers that are stopped before they fire, which is what becomes of most; and a crowd of sleepers.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "gort/benchmarks/language/language.h"
#include "gort/gort.h"

namespace gort::language {
namespace {

using std::chrono::nanoseconds;

// Between one and two hours: the place in the heap varies, and none fires.
class FarAway {
 public:
  nanoseconds operator()() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return std::chrono::hours(1) + nanoseconds((state_ >> 33) * 1676);
  }

 private:
  std::uint64_t state_ = 1;
};

// AfterFunc and Stop while `kResident` others wait.
template <int kResident>
void FuncTimer() {
  FarAway far_away;
  std::vector<Timer> resident;
  for (std::int64_t i = Scaled(kResident + 1) - 1; i > 0; --i) resident.push_back(AfterFunc(far_away(), [] {}));
  PrintNsPerOperation(2'000'000, [&far_away](std::int64_t n) {
    for (; n > 0; --n) AfterFunc(far_away(), [] {}).Stop();
  });
}

// The same with a timer's channel, on which nobody waits.
template <int kResident>
void ChanTimer() {
  FarAway far_away;
  std::vector<Timer> resident;
  for (std::int64_t i = Scaled(kResident + 1) - 1; i > 0; --i) resident.push_back(AfterFunc(far_away(), [] {}));
  PrintNsPerOperation(2'000'000, [&far_away](std::int64_t n) {
    for (; n > 0; --n) Timer(far_away()).Stop();
  });
}

double CpuMs() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) { return t.tv_sec * 1e3 + t.tv_usec * 1e-3; };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// 100,000 goroutines that each sleep once, 1 to 1000 ms: the CPU time of it all, and by how much they oversleep.
void Sleepers() {
  const std::int64_t n = Scaled(100'000);
  std::vector<double> late_us(n);
  std::mt19937 random(1);
  const double cpu_ms = CpuMs();
  WaitGroup all;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::chrono::microseconds d(1000 + random() % 999'001);
    all.Go([&late = late_us[i], d] {
      const Clock::time_point start = Clock::now();
      Sleep(d);
      late = (NsSince(start) - std::chrono::duration<double, std::nano>(d).count()) / 1e3;
    });
  }
  all.Wait();
  Report("cpu_ms", CpuMs() - cpu_ms);
  std::sort(late_us.begin(), late_us.end());
  Report("p50_late_us", late_us[n / 2]);
  Report("p99_late_us", late_us[n * 99 / 100]);
}

constexpr Row kRows[] = {
    {"timer_func_0", &FuncTimer<0>},
    {"timer_func_100k", &FuncTimer<100'000>},
    {"timer_chan_0", &ChanTimer<0>},
    {"timer_chan_100k", &ChanTimer<100'000>},
    {"sleepers", &Sleepers},
};

}  // namespace

const std::span<const Row> kTimerRows = kRows;

}  // namespace gort::language
