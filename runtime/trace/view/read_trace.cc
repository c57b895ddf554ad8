#include "gort/runtime/trace/view/read_trace.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gort/runtime/trace/view/event.h"
#include "gort/runtime/trace/view/json.h"

namespace gort::trace::view {
namespace {

constexpr int64_t kVersion = 1;
constexpr std::array<std::string_view, 4> kStates = {"running", "runnable", "waiting", "syscall"};
constexpr std::array<std::string_view, 6> kEnds = {"park", "yield", "preempt", "syscall", "exit", "running"};
enum Process : int64_t { kPs = 1, kGoroutines = 2, kThreads = 3 };

// The number of `name` in a table, or nothing.
template <size_t n>
std::optional<uint8_t> NumberOf(std::string_view name, const std::array<std::string_view, n>& table) {
  const auto found = std::find(table.begin(), table.end(), name);
  if (found == table.end()) return std::nullopt;
  return static_cast<uint8_t>(found - table.begin());
}

std::string Microseconds(int64_t ns) { return absl::StrFormat("%d.%03d us", ns / 1000, ns % 1000); }

class Reader {
 public:
  explicit Reader(std::string_view text) : json_(text) {}

  absl::StatusOr<Trace> Read() {
    if (json_.Peek() == Json::Kind::kEnd) return absl::InvalidArgumentError("the file is empty");
    ReadDocument();
    if (json_.ok()) json_.End();
    if (!json_.ok()) return json_.status();
    CloseRegions();
    Collect(ps_, trace_.ps, "P");
    Collect(threads_, trace_.threads, "M");
    Collect(goroutines_, trace_.goroutines, "G");
    if (!overlap_.ok()) return overlap_;
    const auto by_time = [](const auto& a, const auto& b) { return a.start < b.start; };
    std::stable_sort(trace_.instants.begin(), trace_.instants.end(), [](auto& a, auto& b) { return a.at < b.at; });
    std::stable_sort(trace_.regions.begin(), trace_.regions.end(), by_time);
    std::stable_sort(trace_.tasks.begin(), trace_.tasks.end(), by_time);
    return std::move(trace_);
  }

 private:
  using Tracks = absl::flat_hash_map<int64_t, Track>;
  struct Open {
    bool is_task = false;
    Region region;
    bool ended = false;
  };

  void ReadDocument();
  void ReadOtherData();
  void ReadSlice(const Event& event);
  void ReadInstant(const Event& event);
  void ReadMetadata(const Event& event);
  void ReadRegion(const Event& event);
  void ReadOne(const Event& event);
  void CloseRegions();
  bool Requires(const Event& event, bool has, std::string_view what);
  static Track& TrackOf(Tracks& tracks, int64_t id);
  void Collect(Tracks& tracks, std::vector<Track>& out, std::string_view prefix);

  Json json_;
  Trace trace_;
  bool has_version_ = false;
  bool has_events_ = false;
  Tracks ps_;
  Tracks threads_;
  Tracks goroutines_;
  // By what kind of region it is and its id: regions that have begun or ended, in the order of the file.
  std::map<std::pair<std::string, int64_t>, size_t> open_index_;
  std::vector<Open> open_;
  absl::Status overlap_;
};

void Reader::ReadDocument() {
  if (json_.Peek() != Json::Kind::kObject) return json_.Fail("this is no trace: it does not begin with '{'");
  for (json_.EnterObject(); json_.NextMember();) {
    if (json_.key() == "otherData") {
      ReadOtherData();
    } else if (json_.key() == "traceEvents") {
      has_events_ = true;
      for (json_.EnterArray(); json_.NextElement();) ReadOne(ReadEvent(json_));
    } else {
      json_.Skip();
    }
  }
  if (!has_version_) json_.FailAt(0, "this is no trace of gort's: otherData has no gort_trace");
  if (!has_events_) json_.FailAt(0, "this is no trace: it has no traceEvents");
}

void Reader::ReadOtherData() {
  for (json_.EnterObject(); json_.NextMember();) {
    if (json_.key() == "gort_trace") {
      has_version_ = true;
      const int64_t version = json_.Int();
      if (version == kVersion) continue;
      json_.Fail(
          absl::StrFormat("the trace has version %d of the format, and this viewer reads version %d (a gort's viewer "
                          "reads its own programs' traces)",
                          version, kVersion));
    } else if (json_.key() == "gomaxprocs") {
      trace_.gomaxprocs = json_.Int();
    } else if (json_.key() == "dropped") {
      trace_.dropped = json_.Int();
    } else if (json_.key() == "program") {
      trace_.program = trace_.strings.all()[trace_.strings.Add(json_.String())];
    } else {
      json_.Skip();
    }
  }
}

bool Reader::Requires(const Event& event, bool has, std::string_view what) {
  if (!json_.ok()) return false;
  if (!has) json_.FailAt(event.place, absl::StrCat("an event with ph \"", event.ph, "\" has no ", what));
  return has;
}

void Reader::ReadOne(const Event& event) {
  if (event.ph.empty()) return json_.FailAt(event.place, "an event has no ph");
  if (event.ph == "M") return ReadMetadata(event);
  if (!Requires(event, event.ts_ns.has_value(), "ts") || !Requires(event, event.pid.has_value(), "pid")) return;
  trace_.duration = std::max(trace_.duration, *event.ts_ns + event.dur_ns.value_or(0));
  if (event.ph == "X") return ReadSlice(event);
  if (event.ph == "i") return ReadInstant(event);
  if (event.ph == "b" || event.ph == "e") return ReadRegion(event);
  // Arrows and counters follow from the slices.
  if (event.ph == "s" || event.ph == "f" || event.ph == "C") return;
  json_.FailAt(event.place, absl::StrCat("an event has the unknown ph \"", event.ph, "\""));
}

Track& Reader::TrackOf(Tracks& tracks, int64_t id) {
  Track& track = tracks[id];
  track.id = id;
  return track;
}

void Reader::ReadSlice(const Event& event) {
  if (!Requires(event, event.dur_ns.has_value(), "dur") || !Requires(event, event.tid.has_value(), "tid") ||
      !Requires(event, event.args.g.has_value(), "args.g")) {
    return;
  }
  Slice slice;
  slice.start = *event.ts_ns;
  slice.dur = *event.dur_ns;
  slice.g = *event.args.g;
  if (event.pid == kPs) {
    const auto end = NumberOf(event.args.end, kEnds);
    if (!Requires(event, end.has_value(), "args.end that is known")) return;
    slice.kind = *end;
    slice.text = trace_.strings.Add(event.args.reason);
    slice.m = static_cast<int32_t>(event.args.m);
    return TrackOf(ps_, *event.tid).slices.push_back(slice);
  }
  const auto state = NumberOf(event.cat == "run" ? "running" : std::string_view(event.cat), kStates);
  if (!Requires(event, state.has_value(), "cat that is a state")) return;
  slice.kind = *state;
  if (event.pid == kThreads) {
    slice.text = trace_.strings.Add(event.name);
    return TrackOf(threads_, *event.tid).slices.push_back(slice);
  }
  if (!Requires(event, event.pid == kGoroutines, "pid of 1, 2 or 3")) return;
  slice.text = *state == static_cast<uint8_t>(State::kWaiting) ? trace_.strings.Add(event.name) : 0;
  slice.g = event.args.by;
  TrackOf(goroutines_, *event.tid).slices.push_back(slice);
}

void Reader::ReadInstant(const Event& event) {
  if (!Requires(event, event.tid.has_value(), "tid")) return;
  trace_.instants.push_back({.at = *event.ts_ns,
                             .on_p = event.pid == kPs,
                             .track = *event.tid,
                             .category = trace_.strings.Add(event.cat),
                             .name = trace_.strings.Add(event.name),
                             .text = trace_.strings.Add(event.args.text)});
}

void Reader::ReadMetadata(const Event& event) {
  if (event.name != "thread_name" && event.name != "gort_goroutine") return;
  if (!Requires(event, event.pid.has_value(), "pid") || !Requires(event, event.tid.has_value(), "tid")) return;
  const uint32_t name = trace_.strings.Add(event.args.name);
  if (event.name == "thread_name") {
    Tracks& tracks = event.pid == kPs ? ps_ : event.pid == kThreads ? threads_ : goroutines_;
    TrackOf(tracks, *event.tid).name = name;
    return;
  }
  Track& track = TrackOf(goroutines_, *event.tid);
  track.created = trace_.strings.Add(event.args.created);
  track.function = trace_.strings.Add(event.args.function);
  track.parent = event.args.parent;
}

// `b` and `e` meet by category and id. One without the other reaches to the edge of the trace.
void Reader::ReadRegion(const Event& event) {
  if (!Requires(event, event.id.has_value(), "id")) return;
  if (!Requires(event, event.cat == "region" || event.cat == "task", "cat of region or task")) return;
  const auto [found, is_new] = open_index_.try_emplace({event.cat, *event.id}, open_.size());
  if (is_new) open_.push_back({.is_task = event.cat == "task"});
  Open& open = open_[found->second];
  if (is_new) {
    open.region.g = event.args.g.value_or(event.tid.value_or(0));
    open.region.name = trace_.strings.Add(event.name);
  }
  if (event.ph == "b") {
    if (!is_new) return json_.FailAt(event.place, "a region or task begins twice");
    open.region.start = *event.ts_ns;
    open.region.task = open.is_task ? *event.id : event.args.task;
    return;
  }
  open.ended = true;
  open.region.dur = *event.ts_ns - open.region.start;
  if (open.region.dur < 0) json_.FailAt(event.place, "a region or task ends before it begins");
}

void Reader::CloseRegions() {
  for (Open& open : open_) {
    if (!open.ended) open.region.dur = trace_.duration - open.region.start;
    (open.is_task ? trace_.tasks : trace_.regions).push_back(open.region);
  }
}

// Sorts, and finds what cannot be: two things on one track at once.
void Reader::Collect(Tracks& tracks, std::vector<Track>& out, std::string_view prefix) {
  for (auto& [id, track] : tracks) out.push_back(std::move(track));
  std::sort(out.begin(), out.end(), [](const Track& a, const Track& b) { return a.id < b.id; });
  for (Track& track : out) {
    auto& slices = track.slices;
    std::sort(slices.begin(), slices.end(),
              [](const Slice& a, const Slice& b) { return std::pair(a.start, a.end()) < std::pair(b.start, b.end()); });
    const auto two = std::adjacent_find(slices.begin(), slices.end(),
                                        [](const Slice& a, const Slice& b) { return b.start < a.end(); });
    if (two == slices.end() || !overlap_.ok()) continue;
    overlap_ = absl::InvalidArgumentError(
        absl::StrCat("track ", prefix, track.id, " holds two slices at once, from ", Microseconds(two->start),
                     " and from ", Microseconds(std::next(two)->start), "; the file was changed after gort wrote it"));
  }
}

}  // namespace

absl::StatusOr<Trace> ReadTrace(std::string_view text) { return Reader(text).Read(); }

}  // namespace gort::trace::view
