// The lines of a trace file: FORMAT.md, as code. What they mean, the timeline knows.
#ifndef GORT_RUNTIME_TRACE_CHROME_H_
#define GORT_RUNTIME_TRACE_CHROME_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/trace/json.h"

namespace gort::trace::internal {

// Who a goroutine is.
struct GoName {
  static constexpr std::size_t kMostBytes = 96;

  std::uint64_t goid;
  char name[kMostBytes];  // GoOptions::name
  std::size_t name_size;
  const char* file;  // of its go statement; null: not known
  const char* function;
  std::uint32_t line;
  std::uint64_t parent;

  Text name_text() const { return {name, name_size}; }
};

// A stretch of time, in nanoseconds since the beginning of the trace.
struct Span {
  std::int64_t begin;
  std::int64_t end;
};

struct GoCounts {
  std::int64_t running;
  std::int64_t runnable;
  std::int64_t waiting;
  std::int64_t syscall;
};

// Runs on: any, also in a signal handler.
class Chrome {
 public:
  enum Track { kProcs = 1, kGoroutines = 2, kThreads = 3 };

  explicit Chrome(Sink sink) : json_(sink) {}

  void Begin(std::int32_t gomaxprocs, std::uint64_t dropped, Text program);
  // False: it could not be written, at the end or before.
  bool End();

  void ProcSlice(std::int32_t p, Span span, const GoName& go, Text end, Text reason, std::int64_t m);
  void StateSlice(Span span, const GoName& go, Text state, Text reason, std::uint64_t by);
  void ThreadSlice(std::uint64_t m, Span span, const GoName& go, Text state);

  // The two ends of an arrow.
  void ArrowStart(std::int32_t p, std::int64_t ns, std::uint64_t id, Text name);
  void ArrowEnd(std::int32_t p, std::int64_t ns, std::uint64_t id, Text name);

  // An instant on p's track (-1: none) with one or two numbers; a null key: without.
  void Instant(Text category, Text name, std::int32_t p, std::int64_t ns, const char* key, std::uint64_t value,
               const char* key2 = nullptr, std::uint64_t value2 = 0);
  void Log(std::int32_t p, std::int64_t ns, std::uint64_t goid, std::uint64_t task, Text category, Text message);
  // `key`: what `value` is called in args.
  void AsyncBegin(Text category, Text name, std::int64_t ns, std::uint64_t goid, std::uint64_t id, Text key, std::uint64_t value);
  void AsyncEnd(Text category, std::int64_t ns, std::uint64_t goid, std::uint64_t id);

  void Counts(std::int64_t ns, const GoCounts& counts);
  void ProcessName(Track track, Text name);
  void ThreadName(Track track, char letter, std::uint64_t id);
  void Goroutine(const GoName& go);

 private:
  // Everything up to and including "args":{ of an event.
  Json& Line(const char* phase, Track track, std::int64_t tid);
  Json& At(std::int64_t ns);
  void Slice(Track track, std::int64_t tid, Span span);
  void Label(const GoName& go);

  Json json_;
  bool first_ = true;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_CHROME_H_
