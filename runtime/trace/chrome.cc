#include "gort/runtime/trace/chrome.h"

namespace gort::trace::internal {

namespace {

Text Basename(const char* file) {
  const char* base = file;
  for (const char* at = file; *at != '\0'; ++at) {
    if (*at == '/') base = at + 1;
  }
  return base;
}

}  // namespace

// Begins a line: {"ph":"X","pid":1,"tid":0
Json& Chrome::Line(const char* phase, Track track, std::int64_t tid) {
  json_.Raw(first_ ? "\n{\"ph\":\"" : ",\n{\"ph\":\"").Raw(phase).Raw("\",\"pid\":").Dec(track).Raw(",\"tid\":").Dec(tid);
  first_ = false;
  return json_;
}

Json& Chrome::At(std::int64_t ns) { return json_.Raw(",\"ts\":").Micros(ns); }

void Chrome::Slice(Track track, std::int64_t tid, Span span) {
  Line("X", track, tid);
  At(span.begin).Raw(",\"dur\":").Micros(span.end - span.begin);
}

// The string of a goroutine: "G7 worker".
void Chrome::Label(const GoName& go) {
  json_.Quote().Raw("G").Udec(go.goid);
  if (go.name_size != 0) {
    json_.Raw(" ").Add(go.name_text());
  } else if (go.goid == 1) {
    json_.Raw(" main");
  } else if (go.file != nullptr) {
    json_.Raw(" ").Add(Basename(go.file)).Raw(":").Udec(go.line);
  }
  json_.Unquote();
}

void Chrome::Begin(std::int32_t gomaxprocs, std::uint64_t dropped, Text program) {
  json_.Raw("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"gort_trace\":1,\"gomaxprocs\":").Dec(gomaxprocs);
  json_.Raw(",\"dropped\":").Udec(dropped).Raw(",\"program\":").String(program).Raw("},\"traceEvents\":[");
}

bool Chrome::End() {
  json_.Raw("\n]}\n");
  return json_.Flush();
}

void Chrome::ProcSlice(std::int32_t p, Span span, const GoName& go, Text end, Text reason, std::int64_t m) {
  Slice(kProcs, p, span);
  json_.Raw(",\"name\":");
  Label(go);
  json_.Raw(",\"cat\":\"run\",\"args\":{\"g\":").Udec(go.goid).Raw(",\"end\":").String(end);
  json_.Raw(",\"reason\":").String(reason).Raw(",\"m\":").Dec(m).Raw("}}");
}

void Chrome::StateSlice(Span span, const GoName& go, Text state, Text reason, std::uint64_t by) {
  Slice(kGoroutines, static_cast<std::int64_t>(go.goid), span);
  json_.Raw(",\"name\":").String(reason.size != 0 ? reason : state).Raw(",\"cat\":").String(state);
  json_.Raw(",\"args\":{\"g\":").Udec(go.goid).Raw(",\"reason\":").String(reason).Raw(",\"by\":").Udec(by).Raw("}}");
}

void Chrome::ThreadSlice(std::uint64_t m, Span span, const GoName& go, Text state) {
  Slice(kThreads, static_cast<std::int64_t>(m), span);
  json_.Raw(",\"name\":");
  Label(go);
  json_.Raw(",\"cat\":").String(state).Raw(",\"args\":{\"g\":").Udec(go.goid).Raw("}}");
}

void Chrome::ArrowStart(std::int32_t p, std::int64_t ns, std::uint64_t id, Text name) {
  Line("s", kProcs, p);
  At(ns).Raw(",\"name\":").String(name).Raw(",\"cat\":\"ready\",\"id\":").Udec(id).Raw("}");
}

void Chrome::ArrowEnd(std::int32_t p, std::int64_t ns, std::uint64_t id, Text name) {
  Line("f", kProcs, p);
  At(ns).Raw(",\"bp\":\"e\",\"name\":").String(name).Raw(",\"cat\":\"ready\",\"id\":").Udec(id).Raw("}");
}

void Chrome::Instant(Text category, Text name, std::int32_t p, std::int64_t ns, const char* key, std::uint64_t value,
                     const char* key2, std::uint64_t value2) {
  Line("i", p >= 0 ? kProcs : kThreads, p);
  At(ns).Raw(",\"s\":\"t\",\"name\":").String(name).Raw(",\"cat\":").String(category).Raw(",\"args\":{");
  json_.String(key).Raw(":").Udec(value);
  if (key2 != nullptr) json_.Raw(",").String(key2).Raw(":").Udec(value2);
  json_.Raw("}}");
}

void Chrome::Log(std::int32_t p, std::int64_t ns, std::uint64_t goid, std::uint64_t task, Text category, Text message) {
  Line("i", p >= 0 ? kProcs : kThreads, p);
  At(ns).Raw(",\"s\":\"t\",\"name\":").String(category).Raw(",\"cat\":\"user\",\"args\":{\"g\":").Udec(goid);
  json_.Raw(",\"task\":").Udec(task).Raw(",\"message\":").String(message).Raw("}}");
}

void Chrome::AsyncBegin(Text category, Text name, std::int64_t ns, std::uint64_t goid, std::uint64_t id, Text key,
                        std::uint64_t value) {
  Line("b", kGoroutines, static_cast<std::int64_t>(goid));
  At(ns).Raw(",\"name\":").String(name).Raw(",\"cat\":").String(category).Raw(",\"id\":").Udec(id);
  json_.Raw(",\"args\":{\"g\":").Udec(goid).Raw(",").String(key).Raw(":").Udec(value).Raw("}}");
}

void Chrome::AsyncEnd(Text category, std::int64_t ns, std::uint64_t goid, std::uint64_t id) {
  Line("e", kGoroutines, static_cast<std::int64_t>(goid));
  At(ns).Raw(",\"name\":").String(category).Raw(",\"cat\":").String(category).Raw(",\"id\":").Udec(id).Raw("}");
}

void Chrome::Counts(std::int64_t ns, const GoCounts& counts) {
  Line("C", kProcs, 0);
  At(ns).Raw(",\"name\":\"goroutines\",\"args\":{\"running\":").Dec(counts.running).Raw(",\"runnable\":").Dec(counts.runnable);
  json_.Raw(",\"waiting\":").Dec(counts.waiting).Raw(",\"syscall\":").Dec(counts.syscall).Raw("}}");
}

void Chrome::ProcessName(Track track, Text name) {
  Line("M", track, 0).Raw(",\"name\":\"process_name\",\"args\":{\"name\":").String(name).Raw("}}");
}

void Chrome::ThreadName(Track track, char letter, std::uint64_t id) {
  Line("M", track, static_cast<std::int64_t>(id)).Raw(",\"name\":\"thread_name\",\"args\":{\"name\":\"");
  json_.Raw({&letter, 1}).Udec(id).Raw("\"}}");
}

void Chrome::Goroutine(const GoName& go) {
  Line("M", kGoroutines, static_cast<std::int64_t>(go.goid)).Raw(",\"name\":\"thread_name\",\"args\":{\"name\":");
  Label(go);
  json_.Raw("}}");
  if (go.file == nullptr) return;
  Line("M", kGoroutines, static_cast<std::int64_t>(go.goid)).Raw(",\"name\":\"gort_goroutine\",\"args\":{\"g\":").Udec(go.goid);
  json_.Raw(",\"name\":").String(go.name_text()).Raw(",\"created\":").Quote().Add(go.file).Raw(":").Udec(go.line).Unquote();
  json_.Raw(",\"function\":").String(go.function).Raw(",\"parent\":").Udec(go.parent).Raw("}}");
}

}  // namespace gort::trace::internal
