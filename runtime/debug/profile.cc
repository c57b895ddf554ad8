#include "gort/runtime/debug/profile.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/debug/frames.h"
#include "gort/runtime/debug/leaks.h"
#include "gort/runtime/debug/names.h"
#include "gort/runtime/debug/pagebuffer.h"
#include "gort/runtime/debug/profile_proto.h"
#include "gort/runtime/sched/callers.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/sched/stacktrace.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/sys/print.h"

namespace gort::pprof {

namespace {

using runtime::g;

using runtime::PageBuffer;
using runtime::StackTrace;

constexpr std::size_t kMostFrames = 100;

void Append(void* to, const char* more, std::size_t size) { static_cast<std::string*>(to)->append(more, size); }

// One function out of what a traceback prints for it: "function(...)\n\tfile:line +0x1f".
Place PlaceOf(const std::string& text) {
  Place place;
  const std::size_t end = text.find('\n');
  place.function = text.substr(0, end);
  if (place.function.ends_with("(...)")) place.function.resize(place.function.size() - 5);
  const std::size_t offset = text.find(" +0x", end);
  place.file = text.substr(end + 2, offset == text.npos ? text.npos : offset - end - 2);
  const std::size_t colon = place.file.rfind(':');
  if (colon != place.file.npos && colon + 1 < place.file.size()) {
    place.line = strtoull(place.file.c_str() + colon + 1, nullptr, 10);
    place.file.resize(colon);
  }
  return place;
}

// Everything about one address: the functions that were inlined there, innermost first, then the one whose code it is.
std::vector<Place> PlacesOf(std::uint64_t pc) {
  StackTrace trace = {};
  trace.first[0] = {.pc = pc};
  trace.count = 1;
  std::string text;
  {
    runtime::sys::Printer out(&Append, &text);
    runtime::PrintFrames(trace, false, &out);
  }
  std::vector<Place> places;
  std::size_t last = 0;
  for (std::size_t from = 0; from < text.size();) {  // two lines each
    last = from;
    const std::size_t middle = text.find("\n\t", from);
    if (middle == text.npos) break;
    const std::size_t end = text.find('\n', middle + 1);
    places.push_back(PlaceOf(text.substr(from, end - from)));
    from = end + 1;
  }
  // Without line tables the text has the offset in the module. One without any was inlined, into one that is not shown.
  if (text.find(" +0x", last) != text.npos) places.back().offset = runtime::OffsetInFunction(pc);
  return places;
}

// What Collect writes down about one goroutine: this, its pcs, the text of its labels.
struct Record {
  std::size_t pcs;
  std::size_t label_bytes;
};

struct Request {
  bool leaked;  // those alone
  PageBuffer records;
};

// The addresses at which a trace's frames are at work, innermost first: the innermost ones of a very deep stack. Returns how many.
std::size_t Flatten(const StackTrace& trace, std::uint64_t* pcs) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < trace.count && i < StackTrace::kEnd; ++i) {
    for (std::uint32_t k = 0; k <= trace.first[i].repeated && n < kMostFrames; ++k) pcs[n++] = trace.first[i].Lookup();
  }
  return n;
}

void Collect(g* gp, PageBuffer* records) {
  std::uint64_t pcs[kMostFrames] = {gp->startpc};  // where the thread that runs it does not answer
  char labels[runtime::kMaxLabelBytes];
  StackTrace trace;
  Record record = {.pcs = 1, .label_bytes = runtime::copylabels(gp, labels)};
  if (runtime::callersof(gp, nullptr, &trace)) record.pcs = Flatten(trace, pcs);
  records->Append(&record, sizeof(record));
  records->Append(pcs, record.pcs * sizeof(pcs[0]));
  records->Append(labels, record.label_bytes);
}

// Runs on: g0, with the world stopped: nobody that waits begins to run.
void CollectAll(void* arg) {
  auto* request = static_cast<Request*>(arg);
  for (g* gp = runtime::allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    const std::uint32_t status = gp->atomicstatus.load(std::memory_order_acquire);
    if (status == runtime::kGdead || status == runtime::kGidle) continue;
    if (!request->leaked || runtime::isleaked(gp)) Collect(gp, &request->records);
  }
}

// Takes the next piece off `from`.
void Take(void* to, std::size_t size, std::string_view* from) {
  if (size == 0) return;  // of an empty vector: `to` may be null
  std::memcpy(to, from->data(), size);
  from->remove_prefix(size);
}

std::vector<std::uint64_t> TakePcs(std::size_t n, std::string_view* from) {
  std::vector<std::uint64_t> pcs(n);
  Take(pcs.data(), n * sizeof(pcs[0]), from);
  return pcs;
}

std::vector<std::pair<std::string, std::string>> TakeLabels(std::size_t bytes, std::string_view* from) {
  std::vector<std::pair<std::string, std::string>> labels;
  runtime::eachlabel(from->data(), bytes, [&](const char* key, const char* value) { labels.emplace_back(key, value); });
  from->remove_prefix(bytes);
  return labels;
}

std::vector<Sample> CollectSamples(bool leaked) {
  runtime::ensurestarted();
  runtime::selfg();
  Request request = {.leaked = leaked, .records = {}};
  runtime::withworldstopped(&CollectAll, &request);
  std::map<std::pair<std::vector<std::uint64_t>, std::vector<std::pair<std::string, std::string>>>, std::uint64_t> counts;
  for (std::string_view rest = request.records.text(); !rest.empty();) {
    Record record;
    Take(&record, sizeof(record), &rest);
    std::vector<std::uint64_t> pcs = TakePcs(record.pcs, &rest);
    ++counts[{std::move(pcs), TakeLabels(record.label_bytes, &rest)}];
  }
  std::vector<Sample> samples;
  for (const auto& [where, count] : counts) samples.push_back({count, where.first, where.second});
  std::stable_sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.count > b.count; });
  return samples;
}

std::string Quoted(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < ' ') {
      char escape[8];
      snprintf(escape, sizeof(escape), "\\x%02x", static_cast<unsigned char>(c));
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string HexOf(std::uint64_t value) {
  char digits[24];
  snprintf(digits, sizeof(digits), "0x%llx", static_cast<unsigned long long>(value));
  return digits;
}

// Source: Go 1.27 runtime/pprof.printCountProfile.
std::string Text(const std::vector<Sample>& samples, const std::string& name) {
  std::uint64_t total = 0;
  for (const Sample& sample : samples) total += sample.count;
  std::string text = name + " profile: total " + std::to_string(total) + "\n";
  std::map<std::uint64_t, std::vector<Place>> known;  // most stacks have frames in common
  for (const Sample& sample : samples) {
    text += std::to_string(sample.count) + " @";
    for (const std::uint64_t pc : sample.pcs) text += " " + HexOf(pc + 1);  // where the call returns to, as in Go
    text += '\n';
    for (std::size_t i = 0; i < sample.labels.size(); ++i) {
      text += (i == 0 ? "# labels: {" : ", ") + Quoted(sample.labels[i].first) + ":" + Quoted(sample.labels[i].second);
    }
    if (!sample.labels.empty()) text += "}\n";
    for (const std::uint64_t pc : sample.pcs) {
      const auto [at, is_new] = known.try_emplace(pc);
      if (is_new) at->second = PlacesOf(pc);
      for (const Place& place : at->second) {
        if (runtime::IsRuntimeName((place.function + "(...)").c_str())) continue;
        text += "#\t" + HexOf(pc) + "\t" + place.function + "+" + HexOf(place.offset) + "\t" + place.file;
        if (place.line != 0) text += ":" + std::to_string(place.line);
        text += '\n';
      }
    }
    text += '\n';
  }
  return text;
}

std::string Make(bool leaked, int debug) {
  const std::string name = leaked ? "goroutineleak" : "goroutine";
  const std::vector<Sample> samples = CollectSamples(leaked);
  return debug <= 0 ? EncodeProfile(samples, name, absl::GetCurrentTimeNanos(), &PlacesOf) : Text(samples, name);
}

// Runs on: g0, with the world stopped.
void Dump(void* text) {
  runtime::sys::Printer out(&PageBuffer::Sink, text);
  runtime::DumpAllGoroutines(nullptr, {.fold = false}, &out);
}

}  // namespace

std::string GoroutineProfile(int debug) {
  if (debug <= 1) return Make(false, debug);
  runtime::ensurestarted();
  runtime::selfg();
  PageBuffer text;
  runtime::withworldstopped(&Dump, &text);
  std::string_view blocks = text.text();
  if (!blocks.empty()) blocks.remove_prefix(1);  // the empty line before the first
  return std::string(blocks);
}

absl::StatusOr<std::string> GoroutineLeakProfile(int debug) {
  if (debug > 1) return debug::LeakReport();
  if (absl::Status status = debug::LeakedGoroutines().status(); !status.ok()) return status;
  return Make(true, debug);
}

absl::Status WriteGoroutineProfile(const std::string& path, int debug) {
  const std::string profile = GoroutineProfile(debug);
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return absl::UnavailableError("goroutine profile: cannot create " + path + ": " + strerror(errno));
  const bool written = std::fwrite(profile.data(), 1, profile.size(), file) == profile.size();
  if (std::fclose(file) != 0 || !written) {
    return absl::UnavailableError("goroutine profile: cannot write " + path + ": " + strerror(errno));
  }
  return absl::OkStatus();
}

}  // namespace gort::pprof
