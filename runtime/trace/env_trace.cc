#include "gort/runtime/trace/env_trace.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "gort/runtime/sched/env.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gort/runtime/sys/textwriter.h"
#include "gort/runtime/trace/file.h"
#include "gort/runtime/trace/timeline.h"

namespace gort::trace::internal {

namespace sys = runtime::sys;

namespace {

constexpr std::size_t kRingBytes = 8 << 20;
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::size_t kMostPathBytes = 4096;  // PATH_MAX

// Writer of all: Begin, once, before the first goroutine.
alignas(Recording) constinit unsigned char storage[sizeof(Recording)]{};
constinit std::atomic<Recording*> recording{nullptr};
constinit char path[kMostPathBytes]{};
constinit int owner = 0;  // the process that records

// The file has been written, or is being. Writer: whoever comes first.
constinit std::atomic<bool> written{false};

[[noreturn]] void Refuse(const char* why) {
  sys::Printer().Str("gort: GORT_TRACE: ").Str(why).Char('\n').Flush();
  sys::ExitGroup(sys::kFailureStatus);
}

// Runs on: any, also in a signal handler, where strerror may not be called.
void CannotWrite(int error) {
  sys::Printer out;
  out.Str("gort: GORT_TRACE: cannot write ").Str(path).Str(": ");
  if (const char* text = strerrordesc_np(error); text != nullptr) {
    out.Str(text).Char('\n');
  } else {
    out.Str("errno ").Dec(error).Char('\n');
  }
}

// Absolute, for the program may change its directory; with the process's number for "%p".
void MakePath(const runtime::TraceEnv& env) {
  sys::TextWriter writer(path, sizeof(path));
  sys::Printer& out = writer.out();
  if (env.path[0] != '/') {
    char directory[kMostPathBytes];
    const long n = sys::Getcwd(directory, sizeof(directory));
    if (n <= 1) Refuse("the working directory cannot be found; give an absolute path");
    out.Str(directory).Char('/');
  }
  for (std::size_t i = 0; i < env.path_bytes; ++i) {
    if (env.path[i] == '%' && i + 1 < env.path_bytes && env.path[i + 1] == 'p') {
      out.Dec(owner);
      ++i;
    } else {
      out.Char(env.path[i]);
    }
  }
  writer.Finish();
  if (writer.truncated()) Refuse("the path is too long");
}

// Runs on: any, also in a signal handler.
void WriteOnce() {
  const Recording* own = recording.load(std::memory_order_acquire);
  if (own == nullptr || sys::Getpid() != owner || written.exchange(true)) return;
  File file(path);
  WriteResult result = WriteResult::kSink;
  if (file.ok()) result = WriteTrace(*own, file.sink());
  if (result == WriteResult::kNoMemory) {
    sys::Printer().Str("gort: GORT_TRACE: no memory to write ").Str(path).Char('\n');
  } else if (!file.Close()) {
    CannotWrite(file.error());
  }
}

// Runs on: whoever starts the scheduler.
void Begin(const runtime::TraceEnv& env) {
  owner = sys::Getpid();
  MakePath(env);
  File probe(path);
  if (!probe.Close()) {
    CannotWrite(probe.error());
    sys::ExitGroup(sys::kFailureStatus);
  }
  auto* made = new (storage) Recording;
  if (!made->Make({.ring_bytes = kRingBytes, .keep_first = false, .keep_ns = env.seconds * kSecondNs})) {
    Refuse("no memory for the rings; unset it, or set a smaller GORT_MAXPROCS");
  }
  runtime::hooks.lastwords = &WriteOnce;
  std::atexit(&WriteOnce);
  made->Begin();
  recording.store(made, std::memory_order_release);
}

// Before the program's own constructors, which may start goroutines; 101 is the first priority that is not the implementation's.
[[gnu::constructor(101)]] void Install() { runtime::hooks.tracebegin = &Begin; }

}  // namespace

const Recording* EnvRecording() { return recording.load(std::memory_order_acquire); }

}  // namespace gort::trace::internal
