#include "gort/runtime/sched/trace.h"

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/ticks.h"

namespace gort::runtime {

namespace {

// Guards the shared ring, and changes of tracebuffers.
constinit mutex tracelock{};

constexpr std::size_t kMostTextSlots = (kTraceMostMessage + kTraceTextBytes - 1) / kTraceTextBytes;
constexpr std::size_t kMostNameSlots = (kTraceMostName + kTraceTextBytes - 1) / kTraceTextBytes;
static_assert(1 + kMostNameSlots + kMostTextSlots <= kTraceMostSlots);

std::uint64_t LastWord(traceEv type, std::uint64_t reason, const p* pp, std::uint64_t third) {
  const std::uint64_t place = pp != nullptr ? static_cast<std::uint32_t>(pp->id) : kTraceNoP;
  return static_cast<std::uint64_t>(type) | reason << 8 | place << 16 | third << 32;
}

std::uint64_t Goid(const g* gp) { return gp != nullptr ? gp->goid : 0; }

// The goroutine that the caller acts for; null on a plain thread, and in the scheduler.
const g* Actor() {
  const g* self = getg();
  return self != nullptr && self == self->m->g0 ? self->m->curg : self;
}

// One event on its way to the ring, of up to N slots. Its time is set when it gets there.
template <std::size_t N>
struct Record {
  std::size_t n;
  traceSlot slots[N];
};

void Put(traceRing* ring, bool keep_first, const traceSlot* slots, std::size_t n) {
  const std::uint64_t head = ring->head.load(std::memory_order_relaxed);
  if (keep_first) {
    // Once it has refused an event it takes no shorter one either: what it has is everything up to some moment.
    const std::uint64_t dropped = ring->dropped.load(std::memory_order_relaxed);
    if (dropped != 0 || head + n > ring->mask + 1) {
      ring->dropped.store(dropped + 1, std::memory_order_relaxed);
      return;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    std::atomic<std::uint64_t>* words = ring->words + 4 * ((head + i) & ring->mask);
    // Release: who reads one of them, perhaps instead of what was here before, sees that head has come this far.
    for (int w = 0; w < 4; ++w) words[w].store(slots[i].word[w], std::memory_order_release);
  }
  // Release: publishes the slots; pairs with the snapshot's acquire.
  ring->head.store(head + n, std::memory_order_release);
}

// Writes `slots` as one event of now. With pp, which the caller has pinned, into its ring; with null into the shared one.
void Write(const p* pp, traceSlot* slots, std::size_t n) {
  // Acquire: pairs with the release in traceStart.
  traceBuffers* buffers = tracebuffers.load(std::memory_order_acquire);
  if (buffers == nullptr) return;
  if (pp != nullptr && pp->id < buffers->count) [[likely]] {
    slots[0].word[0] = sys::Ticks(buffers->counter);
    Put(&buffers->rings[pp->id], buffers->keep_first, slots, n);
    return;
  }
  lock(&tracelock);
  // Again: the buffers may be gone unless the lock is held.
  buffers = tracebuffers.load(std::memory_order_relaxed);
  if (buffers != nullptr) {
    slots[0].word[0] = sys::Ticks(buffers->counter);
    Put(&buffers->shared, buffers->keep_first, slots, n);
  }
  unlock(&tracelock);
}

// Write by a caller that may be anybody: its P, if it has one, stays its until that is done.
template <std::size_t N>
void WriteAsCaller(Record<N>* record) {
  const g* self = getg();
  m* mp = self != nullptr ? self->m : nullptr;
  const p* pp = mp != nullptr ? pin(mp) : nullptr;
  record->slots[0].word[3] = (record->slots[0].word[3] & ~(std::uint64_t{0xffff} << 16)) | LastWord(traceEv::kNone, 0, pp, 0);
  Write(pp, record->slots, record->n);
  if (mp != nullptr) unpin(mp);
}

template <std::size_t N>
void AddSite(Record<N>* record, const g* gp) {
  record->slots[record->n++] = {{reinterpret_cast<std::uintptr_t>(gp->gofile), reinterpret_cast<std::uintptr_t>(gp->gofunction), 0,
                                 LastWord(traceEv::kSite, 0, nullptr, gp->goline)}};
}

// Appends the first `most` bytes of the text.
template <std::size_t N>
void AddText(Record<N>* record, traceText text, std::size_t most, std::uint64_t which) {
  const std::size_t size = text.size < most ? text.size : most;
  for (std::size_t at = 0; at < size; at += kTraceTextBytes) {
    const std::size_t here = size - at < kTraceTextBytes ? size - at : kTraceTextBytes;
    traceSlot* slot = &record->slots[record->n++];
    *slot = {{0, 0, 0, LastWord(traceEv::kText, here, nullptr, which)}};
    __builtin_memcpy(slot->word, text.data + at, here);
  }
}

}  // namespace

namespace internal {

void traceGo(p* pp, traceEv type, const g* gp, std::uint64_t second, std::uint64_t third) {
  const std::uint64_t reason = type == traceEv::kGoPark ? static_cast<std::uint64_t>(gp->waitreason) : 0;
  traceSlot slot = {{0, Goid(gp), second, LastWord(type, reason, pp, third)}};
  Write(pp, &slot, 1);
}

void traceReady(const g* gp) {
  const std::uint64_t last = LastWord(traceEv::kGoReady, static_cast<std::uint64_t>(gp->waitreason), nullptr, 0);
  Record<1> record = {1, {{{0, gp->goid, Goid(Actor()), last}}}};
  WriteAsCaller(&record);
}

void traceCreate(const g* gp) {
  Record<2 + kMostNameSlots> record;
  record.n = 1;
  record.slots[0] = {{0, gp->goid, gp->parentGoid, LastWord(traceEv::kGoCreate, 0, nullptr, 0)}};
  AddSite(&record, gp);
  if (gp->name != nullptr) AddText(&record, {gp->name, __builtin_strlen(gp->name)}, kTraceMostName, 0);
  WriteAsCaller(&record);
}

void traceEnd(const m* mp, const g* gp) {
  Record<2> record;
  record.n = 1;
  record.slots[0] = {{0, gp->goid, 0, LastWord(traceEv::kGoEnd, 0, mp->p, static_cast<std::uint64_t>(mp->id))}};
  AddSite(&record, gp);
  Write(mp->p, record.slots, record.n);
}

void traceProc(const p* pp, traceEv type, const m* mp) {
  // Who takes a P has its ring to itself, too, but for a moment only: the shared one is simpler to be sure of.
  const std::uint64_t id = mp != nullptr ? static_cast<std::uint64_t>(mp->id) : 0;
  traceSlot slot = {{0, 0, 0, LastWord(type, 0, pp, id)}};
  Write(type == traceEv::kProcTaken ? nullptr : pp, &slot, 1);
}

void traceSelf(traceEv type, std::uint64_t goid, std::uint64_t second, std::uint64_t third) {
  Record<1> record = {1, {{{0, goid, second, LastWord(type, 0, nullptr, third)}}}};
  WriteAsCaller(&record);
}

}  // namespace internal

void traceUser(traceEv type, std::uint64_t second, std::uint64_t third, traceText first, traceText message) {
  if (!traceEnabled()) return;
  Record<1 + kMostNameSlots + kMostTextSlots> record;
  record.n = 1;
  record.slots[0] = {{0, Goid(Actor()), second, LastWord(type, 0, nullptr, third)}};
  AddText(&record, first, kTraceMostName, 0);
  AddText(&record, message, kTraceMostMessage, 1);
  WriteAsCaller(&record);
}

void traceStart(traceBuffers* buffers) {
  lock(&tracelock);
  // Release: publishes the rings; pairs with the acquire in Write.
  tracebuffers.store(buffers, std::memory_order_release);
  unlock(&tracelock);
}

traceBuffers* traceStop() {
  lock(&tracelock);
  traceBuffers* buffers = tracebuffers.load(std::memory_order_relaxed);
  tracebuffers.store(nullptr, std::memory_order_release);
  unlock(&tracelock);
  // Who writes into a P's ring holds the P. So whoever had loaded the pointer is done when every P has been stopped once.
  withworldstopped([](void*) {}, nullptr);
  return buffers;
}

}  // namespace gort::runtime
