#include "gort/runtime/timer/heap.h"

#include <cstddef>

#include "gort/runtime/mem/mem.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/timer/timer.h"

namespace gort::runtime {

namespace {

constexpr std::uint32_t kArity = 4;
constexpr std::size_t kLineBytes = 64;
// Entries before heap[0], so that heap[1] begins a line.
constexpr std::size_t kBefore = kLineBytes / sizeof(timerWhen) - 1;
// The smallest room: what a program with a few timers never leaves. In entries, without kBefore.
constexpr std::uint32_t kSmallest = 61;
// As many timers as there may be at once: an index has 32 bits and one value is kNotInHeap.
constexpr std::uint32_t kMost = kNotInHeap / 2;

std::size_t RoomBytes(std::uint32_t cap) { return (kBefore + cap) * sizeof(timerWhen); }

// Moves the heap to room for `cap` entries, which is enough.
void resize(timers* ts, std::uint32_t cap) {
  auto* room = static_cast<timerWhen*>(memalloc(RoomBytes(cap), kLineBytes));
  if (room == nullptr) sys::Fatal("timers: no memory for the heap; fewer goroutines may sleep or wait with a timeout");
  timerWhen* heap = room + kBefore;
  for (std::uint32_t i = 0; i < ts->len; ++i) heap[i] = ts->heap[i];
  timerheapfree(ts);
  ts->heap = heap;
  ts->cap = cap;
}

// Whether `a` goes before `b`. rand lies in the timers, which are read on a tie only.
bool before(const timerWhen& a, const timerWhen& b) {
  return a.when < b.when || (a.when == b.when && a.timer->rand < b.timer->rand);
}

void place(timers* ts, std::uint32_t i, timerWhen entry) {
  ts->heap[i] = entry;
  entry.timer->index = i;
}

// Puts `entry` into the hole at i or above, moving what is later down.
void siftup(timers* ts, std::uint32_t i, timerWhen entry) {
  while (i > 0) {
    const std::uint32_t parent = (i - 1) / kArity;
    if (!before(entry, ts->heap[parent])) break;
    place(ts, i, ts->heap[parent]);
    i = parent;
  }
  place(ts, i, entry);
}

// Puts `entry` into the hole at i or below, moving what is earlier up.
void siftdown(timers* ts, std::uint32_t i, timerWhen entry) {
  for (;;) {
    const std::uint32_t child = kArity * i + 1;
    if (child >= ts->len) break;
    const std::uint32_t end = child + kArity < ts->len ? child + kArity : ts->len;
    std::uint32_t first = child;
    for (std::uint32_t c = child + 1; c < end; ++c) {
      if (before(ts->heap[c], ts->heap[first])) first = c;
    }
    if (!before(ts->heap[first], entry)) break;
    place(ts, i, ts->heap[first]);
    i = first;
  }
  place(ts, i, entry);
}

// Puts `entry` into the hole at i, or above it, or below.
void sift(timers* ts, std::uint32_t i, timerWhen entry) {
  if (i > 0 && before(entry, ts->heap[(i - 1) / kArity])) {
    siftup(ts, i, entry);
  } else {
    siftdown(ts, i, entry);
  }
}

void publish(timers* ts) {
  // Release: who acts on the time sees the heap that it belongs to when it has locked it; before that it is a hint.
  ts->minWhen.store(ts->len != 0 ? ts->heap[0].when : 0, std::memory_order_release);
}

}  // namespace

void timerheapadd(timers* ts, timer* t) {
  if (ts->len == ts->cap) {
    if (ts->cap > kMost / 2) sys::Fatal("timers: more than 1,000,000,000 timers in one heap");
    resize(ts, ts->cap == 0 ? kSmallest : 2 * ts->cap);
  }
  siftup(ts, ts->len++, {t, t->when});
  publish(ts);
}

void timerheapremove(timers* ts, timer* t) {
  const std::uint32_t hole = t->index;
  t->index = kNotInHeap;
  const timerWhen last = ts->heap[--ts->len];
  if (hole != ts->len) sift(ts, hole, last);
  // A burst of timers leaves no more than four times the memory that is in use. Not half full, lest it go back and
  // forth.
  if (ts->cap > kSmallest && ts->len < ts->cap / 4) resize(ts, ts->cap / 2);
  publish(ts);
}

void timerheapupdate(timers* ts, timer* t) {
  sift(ts, t->index, {t, t->when});
  publish(ts);
}

void timerheapfree(timers* ts) {
  if (ts->heap == nullptr) return;
  memfree(ts->heap - kBefore, RoomBytes(ts->cap), kLineBytes);
  ts->heap = nullptr;
  ts->cap = 0;
}

}  // namespace gort::runtime
