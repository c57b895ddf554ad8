// What the scheduler counts and measures, by name. Go's runtime/metrics in C++ manners:
//
//     gort::metrics::Sample samples[] = {{"/sched/goroutines:goroutines"}, {"/sched/latencies:seconds"}};
//     gort::metrics::Read(samples);
//     std::uint64_t n = samples[0].value.Uint64();
//
// All() lists what there is. A name is a path, a colon and a unit; those that do not begin with /gort/ are Go's and mean what
// they mean there. For people and for Prometheus there is Text(). Two tables have no name, since they have rows: where goroutines
// are started and how much stack they use (SpawnSites), and who blocks threads without gort::Blocking (BlockedThreads).
//
// Latencies, lateness, waits for locks and parks are measured from the first Read (or Text) on, for measuring costs each switch some
// nanoseconds: a program that wants them from its start reads once there. They are samples, one of eight, as in Go.
#ifndef GORT_RUNTIME_METRICS_METRICS_H_
#define GORT_RUNTIME_METRICS_METRICS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gort::metrics {

// In the order of Value's alternatives.
enum class Kind : std::uint8_t { kBad, kUint64, kFloat64, kFloat64Histogram };

struct Description {
  std::string_view name;
  std::string_view description;
  Kind kind;
  bool cumulative;  // it never goes down: two reads can be subtracted
};

// counts[i] is how many values were in [buckets[i], buckets[i + 1]). The bounds are the same in each read; they may begin with
// -infinity and end with infinity. Source: Go 1.27 metrics.Float64Histogram.
struct Float64Histogram {
  std::vector<std::uint64_t> counts;
  std::span<const double> buckets;
};

class Value {
 public:
  Value() = default;
  explicit Value(std::uint64_t value) : value_(value) {}
  explicit Value(double value) : value_(value) {}
  explicit Value(metrics::Float64Histogram value) : value_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  // Errors: std::bad_variant_access if the value is of another kind.
  std::uint64_t Uint64() const { return std::get<std::uint64_t>(value_); }
  double Float64() const { return std::get<double>(value_); }
  const metrics::Float64Histogram& Histogram() const { return std::get<metrics::Float64Histogram>(value_); }

 private:
  std::variant<std::monostate, std::uint64_t, double, metrics::Float64Histogram> value_;
};

struct Sample {
  std::string_view name;  // what is wanted; the caller's memory
  Value value;            // Read's answer; kBad: there is no metric of that name
};

// Every metric, sorted by name.
// Runs on: any.
std::span<const Description> All();

// Sets the values of `samples` by their names. Not of one moment: nothing is stopped.
// Runs on: any.  Blocks: M, for short locks; microseconds, and one more for each hundred threads.
// Source: Go 1.27 metrics.Read.
void Read(std::span<Sample> samples);

// All of them in the text format of Prometheus: "/sched/goroutines:goroutines" is gort_sched_goroutines_goroutines there. Histograms have
// a bucket for each power of two; their sum is estimated from below.
// Runs on: any.
std::string Text();

// ---- Stacks by go statement -----------------------------------------------------------------------------------------

// The goroutines that one go statement started, and how deep their stacks went. In whole pages; the page that holds the goroutine
// itself counts. A stack that served an earlier goroutine, perhaps of another go statement, may show that one's depth:
// an upper bound, by which to choose GoOptions::stack_size. GORT_DEBUG=stacks=1 makes it exact, and covers those that have
// ended (runtime/sched/stackdepth.h).
struct SpawnSite {
  const char* function;  // of the go statement; "main" for goroutine 1. Lives for ever, as `file` does
  const char* file;      // "" for goroutine 1
  std::uint32_t line;
  std::uint64_t goroutines;     // that exist
  std::uint64_t ended;          // that have ended; 0 without stacks=1
  std::size_t max_stack_bytes;  // of both
  std::size_t mean_stack_bytes;
};

// Deepest first.
// Runs on: any.  Blocks: M; about a microsecond for each goroutine.
std::vector<SpawnSite> SpawnSites();

// The same as a table for people.
std::string SpawnSiteTable();

// ---- Threads that are blocked without gort::Blocking ----------------------------------------------------------------

// What goroutines of one go statement have done to their threads with one system call: slept in it for 10 ms and more, while their P
// stood still. Wrap that call in gort::Blocking. Always recorded (runtime/sched/blocked.h says how, and at what price);
// with GORT_DEBUG=blocked=1 they are told apart by call stack, too, and the first event of each is reported on stderr.
struct BlockedThread {
  const char* function;  // of the go statement; "main" for goroutine 1
  const char* file;      // "" for goroutine 1
  std::uint32_t line;
  int syscall;  // its number; -1: another reason to sleep in the kernel, such as a page that comes from a disk
  std::string_view syscall_name;  // "futex"; "" for one that we have no name for
  std::uint64_t events;
  std::chrono::nanoseconds longest;  // at least
  std::uint64_t goid;                // of the first one
  // Where it sleeps, two lines a frame, as in a traceback. "" without blocked=1; also if its thread did not answer in time, or has a
  // thread sanitizer.
  std::string stack;
};

// In the order in which they were found first; at most 64 are told apart.
// Runs on: any.  Blocks: M, for a short lock; with stacks, as reading the program's file does.
std::vector<BlockedThread> BlockedThreads();

}  // namespace gort::metrics

#endif  // GORT_RUNTIME_METRICS_METRICS_H_
