#include "gort/runtime/trace/recording.h"

#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/ticks.h"

namespace gort::trace::internal {

namespace sys = runtime::sys;

namespace {

std::size_t SlotsFor(std::size_t bytes) {
  std::size_t ring_bytes = kLeastRingBytes;
  while (ring_bytes < bytes && ring_bytes < kMostRingBytes) ring_bytes *= 2;
  return ring_bytes / sizeof(runtime::traceSlot);
}

}  // namespace

bool Recording::Make(const Options& options) {
  const std::size_t slots = SlotsFor(options.ring_bytes);
  const auto procs = static_cast<std::size_t>(runtime::gomaxprocs.load(std::memory_order_relaxed));
  rings_ = Pages<runtime::traceRing>(procs);
  words_ = Pages<std::atomic<std::uint64_t>>(4 * slots * (procs + 1));
  if (!rings_ || !words_) return false;
  buffers_.counter = sys::HasInvariantCounter();
  buffers_.keep_first = options.keep_first;
  buffers_.count = static_cast<std::int32_t>(procs);
  buffers_.rings = rings_.get();
  for (std::size_t i = 0; i <= procs; ++i) {
    runtime::traceRing* ring = i < procs ? &rings_[i] : &buffers_.shared;
    ring->words = &words_[4 * slots * i];
    ring->mask = slots - 1;
  }
  keep_ns_ = options.keep_ns;
  return true;
}

Moment Recording::Now() const { return {sys::Ticks(buffers_.counter), sys::Nanotime()}; }

void Recording::Begin() {
  runtime::traceStart(&buffers_);
  // Who begins is running: its P's first event may come much later. A plain thread is nothing that is shown.
  const runtime::g* self = runtime::getg();
  if (self != nullptr && self->goid != 0) {
    runtime::traceEvent(runtime::traceEv::kGoStart, self->goid, reinterpret_cast<std::uintptr_t>(self),
                        static_cast<std::uint64_t>(self->m->id));
  }
  begin_ = Now();  // what came before serves to know who runs now
}

void Recording::End() {
  runtime::selfg();  // stopping the world wants a g, of a plain thread too
  runtime::traceStop();
  end_ = Now();
  ended_ = true;
}

Moment Recording::Last() const { return ended_ ? end_ : Now(); }

}  // namespace gort::trace::internal
