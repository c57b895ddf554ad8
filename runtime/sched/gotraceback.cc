#include "gort/runtime/sched/gotraceback.h"

#include <atomic>

#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

namespace {

// Writer: tracebackinit. Readers: setTraceback.
constinit std::atomic<Traceback> environments{Traceback::kSingle};
// Writers: the functions below. Readers: reports.
constinit std::atomic<Traceback> in_force{Traceback::kSingle};

void Set(Traceback level) {
  in_force.store(level, std::memory_order_relaxed);
  sys::SetReportAborts(level == Traceback::kCrash);
}

}  // namespace

Traceback gotraceback() { return in_force.load(std::memory_order_relaxed); }

void setTraceback(Traceback level) {
  const Traceback least = environments.load(std::memory_order_relaxed);
  Set(level < least ? least : level);
}

void tracebackinit(Traceback level) {
  environments.store(level, std::memory_order_relaxed);
  Set(level);
}

}  // namespace gort::runtime
