// The execution trace: what every goroutine and P did, moment by moment, in a file that ui.perfetto.dev, chrome://tracing and
// `bazel run //runtime/trace:view` open (FORMAT.md says what is in it).
//
//     gort::trace::Start().IgnoreError();                a recording: everything from here on, until the rings are full
//     ...
//     gort::trace::Stop();
//     absl::Status written = gort::trace::WriteTo("server.json");
//
//     gort::trace::FlightRecorder recorder({.min_age = absl::Seconds(10)});    always on; keeps the last seconds
//     recorder.Start().IgnoreError();
//     ... if (slow) recorder.WriteTo("slow.json")
//
//     GORT_TRACE=trace.json[,seconds=N] ./program        without a change of the program: a flight recorder that is written when the
//                                                        program ends, by itself or by a fatal error; "%p" is the process's number
//
// An event costs some 20 to 30 ns and 32 bytes or more; while nobody records, a branch. There is one recording at a time.
// Annotations for it: annotation.h.
#ifndef GORT_RUNTIME_TRACE_TRACE_H_
#define GORT_RUNTIME_TRACE_TRACE_H_

#include <cstddef>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace gort::trace {

enum class Mode {
  kKeepFirst,  // a full ring ends the trace: what comes later is counted as dropped
  kKeepLast,   // a full ring overwrites its oldest events
};

struct Options {
  // Of each P's ring, and of one more for threads without a P: rounded up to a power of two, and to 32 KiB at least; 8 GiB at most.
  // Costs memory as far as it is written.
  std::size_t ring_bytes = 16 << 20;
  Mode mode = Mode::kKeepFirst;
  // With kKeepLast: no more than this last time is written. Infinite: all there is.
  absl::Duration keep = absl::InfiniteDuration();
};

// Begins a recording, and forgets the one before.
// Runs on: any thread, like all that follow.  Blocks: M, for as long as another call of this header takes.
// Errors: FailedPrecondition when one runs already, ResourceExhausted when there is no memory for the rings, InvalidArgument when
// `keep` is not above 0 or ring_bytes above 8 GiB.
// Source: Go 1.27 runtime/trace.Start.
absl::Status Start(const Options& options = {});

// Ends the recording; it can be written until the next Start. Nothing if none runs. Not the one of GORT_TRACE, which ends with the program.
void Stop();

// Whether one runs.  Blocks: never.
bool Enabled();

// Writes the recording, the one that runs or the last one that ran. One that runs goes on meanwhile, and what is written ends with
// this call's beginning.
// Errors: FailedPrecondition when there was none; otherwise what the system says of the file, with its name.
absl::Status WriteTo(const std::string& path);
absl::Status WriteTo(std::ostream& out);

// A recording that keeps the last moments. Source: Go 1.25 runtime/trace.FlightRecorder.
class FlightRecorder {
 public:
  struct Config {
    // How far back a trace goes, if the rings are large enough for it.
    absl::Duration min_age = absl::Seconds(10);
    std::size_t ring_bytes = 8 << 20;  // as in Options
  };

  FlightRecorder() : FlightRecorder(Config()) {}
  explicit FlightRecorder(const Config& config) : config_(config) {}
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;
  ~FlightRecorder() { Stop(); }

  // As trace::Start.
  absl::Status Start();
  void Stop();
  bool Enabled() const { return running_; }
  // Errors: FailedPrecondition unless Enabled(); otherwise as trace::WriteTo.
  absl::Status WriteTo(const std::string& path);
  absl::Status WriteTo(std::ostream& out);

 private:
  const Config config_;
  bool running_ = false;
};

}  // namespace gort::trace

#endif  // GORT_RUNTIME_TRACE_TRACE_H_
