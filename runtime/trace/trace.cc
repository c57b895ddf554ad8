#include "gort/runtime/trace/trace.h"

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/trace/env_trace.h"
#include "gort/runtime/trace/file.h"
#include "gort/runtime/trace/recording.h"
#include "gort/runtime/trace/timeline.h"

namespace gort::trace {

using internal::Recording;
using internal::Sink;
using internal::WriteResult;

namespace {

// Guards `last` and its state.
Mutex* Lock() {
  static Mutex* const lock = new Mutex;  // never destroyed: threads may trace until the very end
  return lock;
}

// The recording that runs, or ran last; null: there was none. Guard: Lock().
std::unique_ptr<Recording>& Last() {
  static auto* const last = new std::unique_ptr<Recording>;
  return *last;
}
bool running = false;  // `last` records. Guard: Lock().

class Locked {
 public:
  Locked() { Lock()->Lock(); }
  ~Locked() { Lock()->Unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

absl::Status StatusOf(WriteResult result) {
  switch (result) {
    case WriteResult::kOk: return absl::OkStatus();
    case WriteResult::kNoMemory: return absl::ResourceExhaustedError("trace: no memory for a copy of the rings");
    case WriteResult::kSink: break;
  }
  return absl::UnavailableError("trace: cannot write to the stream");
}

bool WriteToStream(void* out, const char* data, std::size_t size) {
  return static_cast<bool>(static_cast<std::ostream*>(out)->write(data, static_cast<std::streamsize>(size)));
}

// What WriteTo writes. Runs on: with Lock() held.
absl::StatusOr<const Recording*> ToWrite() {
  if (const Recording* own = internal::EnvRecording(); own != nullptr) return own;
  if (Last() != nullptr) return Last().get();
  return absl::FailedPreconditionError("trace: nothing was recorded; call gort::trace::Start first");
}

}  // namespace

absl::Status Start(const Options& options) {
  if (options.keep <= absl::ZeroDuration()) return absl::InvalidArgumentError("trace: Options::keep must be above 0");
  if (options.ring_bytes > internal::kMostRingBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("trace: Options::ring_bytes is ", options.ring_bytes, "; expected at most ", internal::kMostRingBytes));
  }
  runtime::ensurestarted();
  const Locked locked;
  if (Enabled()) {
    return absl::FailedPreconditionError(internal::EnvRecording() != nullptr ? "trace: GORT_TRACE records already"
                                                                             : "trace: a recording runs already; Stop ends it");
  }
  Last() = nullptr;  // its memory first
  auto recording = std::make_unique<Recording>();
  const bool finite = options.mode == Mode::kKeepLast && options.keep != absl::InfiniteDuration();
  const Recording::Options made = {.ring_bytes = options.ring_bytes,
                                   .keep_first = options.mode == Mode::kKeepFirst,
                                   .keep_ns = finite ? absl::ToInt64Nanoseconds(options.keep) : 0};
  if (!recording->Make(made)) return absl::ResourceExhaustedError("trace: no memory for the rings; Options::ring_bytes says how much");
  Last() = std::move(recording);
  running = true;
  Last()->Begin();
  return absl::OkStatus();
}

void Stop() {
  const Locked locked;
  if (!running) return;
  Last()->End();
  running = false;
}

bool Enabled() { return runtime::traceEnabled(); }

absl::Status WriteTo(const std::string& path) {
  const Locked locked;
  const absl::StatusOr<const Recording*> recording = ToWrite();
  if (!recording.ok()) return recording.status();
  internal::File file(path.c_str());
  WriteResult result = WriteResult::kSink;
  if (file.ok()) result = WriteTrace(**recording, file.sink());
  if (result == WriteResult::kNoMemory) return StatusOf(result);
  if (file.Close()) return absl::OkStatus();
  return absl::ErrnoToStatus(file.error(), absl::StrCat("trace: cannot write ", path));
}

absl::Status WriteTo(std::ostream& out) {
  const Locked locked;
  const absl::StatusOr<const Recording*> recording = ToWrite();
  if (!recording.ok()) return recording.status();
  const WriteResult result = WriteTrace(**recording, {&WriteToStream, &out});
  return StatusOf(result == WriteResult::kOk && !out.flush() ? WriteResult::kSink : result);
}

absl::Status FlightRecorder::Start() {
  const absl::Status status =
      trace::Start({.ring_bytes = config_.ring_bytes, .mode = Mode::kKeepLast, .keep = config_.min_age});
  if (status.ok()) running_ = true;
  return status;
}

void FlightRecorder::Stop() {
  if (running_) trace::Stop();
  running_ = false;
}

absl::Status FlightRecorder::WriteTo(const std::string& path) {
  if (!running_) return absl::FailedPreconditionError("trace: the flight recorder does not run");
  return trace::WriteTo(path);
}

absl::Status FlightRecorder::WriteTo(std::ostream& out) {
  if (!running_) return absl::FailedPreconditionError("trace: the flight recorder does not run");
  return trace::WriteTo(out);
}

}  // namespace gort::trace
