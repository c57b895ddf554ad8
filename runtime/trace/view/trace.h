// A trace in memory: what the page shows, checked. ../FORMAT.md says what the words mean.

#ifndef GORT_RUNTIME_TRACE_VIEW_TRACE_H_
#define GORT_RUNTIME_TRACE_VIEW_TRACE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace gort::trace::view {

// Texts, each once; 0 is the empty one. Numbers are given in the order of first use, so that equal traces give equal pages.
class Strings {
 public:
  Strings() { Add(""); }
  // What cannot be seen, or would turn the text around it (control characters, bidirectional marks), is replaced by a sign for it.
  uint32_t Add(std::string_view text);
  const std::vector<std::string>& all() const { return all_; }

 private:
  absl::flat_hash_map<std::string, uint32_t> index_;
  std::vector<std::string> all_;
};

// Units: nanoseconds from the beginning of the trace.
struct Span {
  int64_t start = 0;
  int64_t dur = 0;
  int64_t end() const { return start + dur; }
};

// What a goroutine is doing; the page's script knows the numbers.
enum class State : uint8_t { kRunning, kRunnable, kWaiting, kSyscall };
// Why it left its P; likewise.
enum class End : uint8_t { kPark, kYield, kPreempt, kSyscall, kExit, kRunning };

// One stretch of time on a track.
//             kind    text                     g                            m
// P           End     reason                   the goroutine that ran       the thread, or -1
// thread      State   name of the goroutine    the goroutine                -1
// goroutine   State   reason                   who ended the wait, or 0     -1
struct Slice : Span {
  uint8_t kind = 0;
  uint32_t text = 0;
  int32_t m = -1;
  int64_t g = 0;
};

// A P, a thread or a goroutine. `slices` are in order and do not overlap.
struct Track {
  int64_t id = 0;
  uint32_t name = 0;
  // Goroutines only: where the go statement stands, in which function, and who executed it (0: not known).
  uint32_t created = 0;
  uint32_t function = 0;
  int64_t parent = 0;
  std::vector<Slice> slices;
};

struct Instant {
  int64_t at = 0;
  bool on_p = false;  // `track` is a P's number; otherwise it has none
  int64_t track = 0;
  uint32_t category = 0;
  uint32_t name = 0;
  uint32_t text = 0;  // its arguments, readable
};

// A region of a goroutine, or a task.
struct Region : Span {
  int64_t g = 0;
  uint32_t name = 0;
  int64_t task = 0;  // a region's task, or a task's own number
};

struct Trace {
  Strings strings;
  std::string program;
  int64_t gomaxprocs = 0;
  int64_t dropped = 0;
  int64_t duration = 0;
  // Each in the order of ids.
  std::vector<Track> ps;
  std::vector<Track> threads;
  std::vector<Track> goroutines;
  // Each in the order of time.
  std::vector<Instant> instants;
  std::vector<Region> regions;
  std::vector<Region> tasks;
};

}  // namespace gort::trace::view

#endif  // GORT_RUNTIME_TRACE_VIEW_TRACE_H_
