#include "gort/runtime/metrics/metrics.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <optional>

#include "gort/gstruct/waitreason.h"
#include "gort/runtime/metrics/collect.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/tracking.h"

namespace gort::metrics {

namespace {

using runtime::times;
using runtime::WaitReason;

// What several metrics of one read are made of.
class Snapshot {
 public:
  const GoroutineStates& states() {
    if (!states_) states_ = ReadGoroutineStates();
    return *states_;
  }
  const StackBytes& stacks() {
    if (!stacks_) stacks_ = ReadStackBytes();
    return *stacks_;
  }

 private:
  std::optional<GoroutineStates> states_;
  std::optional<StackBytes> stacks_;
};

struct Metric {
  Description description;
  Value (*read)(Snapshot& snapshot);       // null: how often goroutines began to wait
  const char* wait_reason_text = nullptr;  // for this reason
};

Value ReadMutexWait() {
  return Value(static_cast<double>(times.totalMutexWaitTime.load(std::memory_order_relaxed)) * 1e-9);
}

const Metric kMetrics[] = {
    {{"/gort/sched/blocked-threads:events",
      "How often a goroutine was found to have blocked its thread for 10 ms and more without gort::Blocking.",
      Kind::kUint64, true},
     [](Snapshot&) { return Value(ReadBlockedEvents()); }},
    {{"/gort/sched/steals:events", "How often a P without work has taken goroutines from another one.", Kind::kUint64,
      true},
     [](Snapshot&) { return Value(ReadSteals()); }},
    {{"/gort/stacks/in-use:bytes", "Address space of the stacks of goroutines, live ones and those kept to be reused.",
      Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.stacks().in_use); }},
    {{"/gort/stacks/reserved:bytes", "Address space reserved for stacks, guards included.", Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.stacks().reserved); }},
    {{"/gort/timers/late:seconds", "From when a timer was due until it was called, since the first read of any metric.",
      Kind::kFloat64Histogram, true},
     [](Snapshot&) { return Value(ReadHistogram(times.timersLate)); }},
    {{"/sched/gomaxprocs:threads", "The number of Ps, that is of goroutines that can run at a time.", Kind::kUint64,
      false},
     [](Snapshot&) { return Value(static_cast<std::uint64_t>(runtime::gomaxprocs.load())); }},
    {{"/sched/goroutines-created:goroutines", "Goroutines started since the program began.", Kind::kUint64, true},
     [](Snapshot&) { return Value(runtime::gcreated()); }},
    {{"/sched/goroutines/not-in-go:goroutines", "Goroutines in gort::Blocking. Approximate, as the three that follow.",
      Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.states().not_in_go); }},
    {{"/sched/goroutines/runnable:goroutines", "Goroutines that could run and wait for a P.", Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.states().runnable); }},
    {{"/sched/goroutines/running:goroutines", "Goroutines that run. More than Ps, when some have lost theirs.",
      Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.states().running); }},
    {{"/sched/goroutines/waiting:goroutines", "Goroutines that wait for a channel, a lock, a timer or the like.",
      Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.states().waiting); }},
    {{"/sched/goroutines:goroutines", "Goroutines that exist.", Kind::kUint64, false},
     [](Snapshot& snapshot) { return Value(snapshot.states().total); }},
    {{"/sched/latencies:seconds",
      "How long goroutines were runnable before they ran; one of eight, since the first read of any metric.",
      Kind::kFloat64Histogram, true},
     [](Snapshot&) { return Value(ReadHistogram(times.timeToRun)); }},
    {{"/sched/pauses/stopping/other:seconds", "How long it took until all Ps had stopped, when the world was stopped.",
      Kind::kFloat64Histogram, true},
     [](Snapshot&) { return Value(ReadHistogram(times.stwStoppingTimeOther)); }},
    {{"/sched/pauses/total/other:seconds",
      "From the request to stop the world until it went on. Goroutines that compute do so meanwhile.",
      Kind::kFloat64Histogram, true},
     [](Snapshot&) { return Value(ReadHistogram(times.stwTotalTimeOther)); }},
    {{"/sched/threads/total:threads", "Threads of the scheduler.", Kind::kUint64, false},
     [](Snapshot&) { return Value(ReadThreads()); }},
    {{"/sync/mutex/wait/total:seconds",
      "How long goroutines and threads have waited for a Mutex or RWMutex, in sum; estimated from one of eight, since "
      "the first "
      "read of any metric.",
      Kind::kFloat64, true},
     [](Snapshot&) { return ReadMutexWait(); }},
};

// How often goroutines have waited for what is called `text`; reasons that differ for the scheduler alone share one.
std::uint64_t ReadParks(std::string_view text) {
  std::uint64_t parks = 0;
  for (int i = 0; i < runtime::kWaitReasons; ++i) {
    if (WaitReasonText(static_cast<WaitReason>(i)) == text) parks += times.parks[i].load(std::memory_order_relaxed);
  }
  return parks;
}

// "chan receive (nil chan)" is /gort/sched/parks/chan-receive-nil-chan:events.
std::string ParksName(std::string_view text) {
  std::string name = "/gort/sched/parks/";
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (name.back() != '-') {
      name += '-';
    }
  }
  if (name.back() == '-') name.pop_back();
  return name + ":events";
}

// All metrics, sorted by name. Made once; stays.
class Registry {
 public:
  Registry() : metrics_(std::begin(kMetrics), std::end(kMetrics)) {
    for (int i = 1; i < runtime::kWaitReasons; ++i) AddParks(WaitReasonText(static_cast<WaitReason>(i)));
    const auto by_name = [](const Metric& a, const Metric& b) { return a.description.name < b.description.name; };
    std::sort(metrics_.begin(), metrics_.end(), by_name);
    for (const Metric& metric : metrics_) descriptions_.push_back(metric.description);
  }

  std::span<const Description> descriptions() const { return descriptions_; }

  Value Read(std::string_view name, Snapshot& snapshot) const {
    const auto at =
        std::lower_bound(metrics_.begin(), metrics_.end(), name,
                         [](const Metric& metric, std::string_view n) { return metric.description.name < n; });
    if (at == metrics_.end() || at->description.name != name) return Value();
    return at->read != nullptr ? at->read(snapshot) : Value(ReadParks(at->wait_reason_text));
  }

 private:
  void AddParks(const char* text) {
    for (const Metric& metric : metrics_) {
      if (metric.wait_reason_text != nullptr && std::string_view(metric.wait_reason_text) == text) return;
    }
    texts_.push_back(ParksName(text));
    const std::string& name = texts_.back();
    texts_.push_back(std::string("How often a goroutine began to wait: ") + text +
                     ". Estimated from one of eight, since the first read of any metric.");
    metrics_.push_back({{name, texts_.back(), Kind::kUint64, true}, nullptr, text});
  }

  std::deque<std::string> texts_;  // names and descriptions that are not literals
  std::vector<Metric> metrics_;
  std::vector<Description> descriptions_;
};

const Registry& TheRegistry() {
  static const auto* registry = new Registry;
  return *registry;
}

}  // namespace

std::span<const Description> All() { return TheRegistry().descriptions(); }

void Read(std::span<Sample> samples) {
  runtime::ensurestarted();
  runtime::starttracking();
  Snapshot snapshot;
  for (Sample& sample : samples) sample.value = TheRegistry().Read(sample.name, snapshot);
}

}  // namespace gort::metrics
