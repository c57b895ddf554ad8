// The execution trace: what the scheduler writes down while somebody records.
//
// Each P has a ring of events, which whoever holds the P writes without a lock. Threads without a P share one more, under
// a lock. Nothing is formatted here: runtime/trace makes the rings, reads them and turns them into a file.
//
//     scheduler, channels, timers, users                               runtime/trace
//
//       traceGoPark(mp, gp) --- tracebuffers null? --> return
//                                    |
//                                    v
//       pin'd: ring[P] or, under a lock, shared   <----------- snapshot: copies a ring while it is written
//
// An event is one slot of four words; some have more slots behind them (kSite, kText).
//
//     word 0   ticks (runtime/sys/ticks.h)
//     word 1   the goroutine it is about
//     word 2   a second number; see traceEv
//     word 3   bits 0-7: traceEv   8-15: reason   16-31: the P, kTraceNoP for none   32-63: a third number
//
// Overwriting and reading. `head` counts the slots ever written; slot i lies at i & mask, so that slot i overwrites slot i - size.
// There is one writer at a time. It writes the slots from head on, at most kTraceMostSlots of them, then head.
//
//     writer                                          reader
//       words of slots h .. h+n-1   (release each)      h1 = head                       (acquire)
//       head = h + n                (release)           copies slots h1-size .. h1-1    (acquire each)
//                                                       h2 = head                       (relaxed)
//                                                       keeps slots >= h2 + kTraceMostSlots - size
//
// A reader that gets a word of slot i + size instead of slot i has, by that word's release, the writer's head of before: h2 is at least
// i + size + 1 - kTraceMostSlots, so slot i is not kept. Nothing waits, so it also works while the program is going down and
// writers have stopped anywhere. On amd64 releases and acquires cost nothing.
//
// What a snapshot may lack is the event that a thread is about to write in this moment. Each event is written before what it announces
// happens (ready before the goroutine can be taken up, park before it can be readied), so what such an event leads to is
// not there either, if one leaves out what is later than the beginning of the snapshot.
#ifndef GORT_RUNTIME_SCHED_TRACE_H_
#define GORT_RUNTIME_SCHED_TRACE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"

namespace gort::runtime {

enum class traceEv : std::uint8_t {
  kNone,         // second number                 third number     behind it
  kGoCreate,     // goid of the creator                            kSite, kText: its name
  kGoStart,      // its g                         M
  kGoPark,       // its g; reason: WaitReason     M
  kGoYield,      // its g                         M
  kGoPreempt,    // its g                         M
  kGoReady,      // goid of who readied it; reason: what it waited for
  kGoEnd,        //                               M                kSite
  kSyscallEnter, // its g                         M
  kSyscallExit,  // its g                         M
  kProcTaken,    // (no goroutine; the P is the one that was taken)
  kProcStart,    //                               M
  kProcStop,     //                               M
  kThreadStart,  //                               M
  kThreadStop,   //                               M
  kSteal,        // P it was stolen from          how many
  kTimer,        // ns too late
  kNetReady,     // (the goroutine that the network readied)
  kGomaxprocs,   //                               how many
  kUserLog,      // task                                           kText 0: category, kText 1: message
  kRegionBegin,  // region                        task             kText: its name
  kRegionEnd,    // region
  kTaskBegin,    // task                          parent           kText: its name
  kTaskEnd,      // task
  // Slots behind an event. They have no time and no goroutine.
  kSite,         // words 0, 1: the go statement's file and function; third number: line
  kText,         // words 0-2: up to 24 bytes; reason: how many; third number: which text
};

struct traceSlot {
  std::uint64_t word[4];
};

inline constexpr std::uint32_t kTraceNoP = 0xffff;
inline constexpr std::size_t kTraceTextBytes = 24;
inline constexpr std::size_t kTraceMostSlots = 64;  // of one event
// Longer names and messages are cut: so they fit into kTraceMostSlots.
inline constexpr std::size_t kTraceMostName = 96;
inline constexpr std::size_t kTraceMostMessage = 1024;

// Writer of head and words: see above. The rest is constant while somebody may write.
struct traceRing {
  std::atomic<std::uint64_t> head;
  std::atomic<std::uint64_t> dropped;  // events that a full ring refused; by the same writer
  std::atomic<std::uint64_t>* words;   // 4 * (mask + 1)
  std::uint64_t mask;
};

// What is recorded into. Made and freed by runtime/trace; constant but for the rings.
struct traceBuffers {
  bool counter;     // for sys::Ticks
  bool keep_first;  // a full ring refuses events, instead of overwriting the oldest
  std::int32_t count;  // of `rings`; Ps from there on use the shared one
  traceRing* rings;
  traceRing shared;  // guard: tracelock
};

// Null: nobody records. Writer: runtime/trace, which waits until nobody uses the old ones before it frees them: traceStop.
extern std::atomic<traceBuffers*> tracebuffers;

// Begins to record into `buffers`.
// Runs on: any.  Locks: takes tracelock.
void traceStart(traceBuffers* buffers);

// Ends it: when it returns, nobody writes any more, and the buffers are the caller's.
// Runs on: G | a plain thread.  Locks: takes tracelock; stops the world for a moment.  Blocks: M.
traceBuffers* traceStop();

inline bool traceEnabled() {
  // Relaxed: who writes loads it again, with acquire.
  return tracebuffers.load(std::memory_order_relaxed) != nullptr;
}

namespace internal {

// The slow halves of what follows. Weak: a program that does not link //runtime/sched:reports never records. `pp` is the caller's, pinned; null: it has none. traceSelf pins by itself.
[[gnu::cold, gnu::weak]] void traceGo(p* pp, traceEv type, const g* gp, std::uint64_t second, std::uint64_t third);
[[gnu::cold, gnu::weak]] void traceReady(const g* gp);
[[gnu::cold, gnu::weak]] void traceCreate(const g* gp);
[[gnu::cold, gnu::weak]] void traceEnd(const m* mp, const g* gp);
[[gnu::cold, gnu::weak]] void traceProc(const p* pp, traceEv type, const m* mp);
[[gnu::cold, gnu::weak]] void traceSelf(traceEv type, std::uint64_t goid, std::uint64_t second, std::uint64_t third);

}  // namespace internal

// Each does nothing unless somebody records: one load of a word that hardly ever changes, and a branch.
// Runs on: as said; never in a signal handler.  Blocks: never.  Locks: none held that is a leaf; may take tracelock.

// A goroutine of M `mp`, which is in the scheduler, starts to run, or stops: traceEv::kGoStart, kGoPark, kGoYield, kGoPreempt; and enters
// or leaves Blocking: kSyscallEnter, kSyscallExit.
// Runs on: g0, or gp with its P pinned.
inline void traceGo(const m* mp, traceEv type, const g* gp) {
  if (traceEnabled()) [[unlikely]] {
    internal::traceGo(mp->p, type, gp, reinterpret_cast<std::uintptr_t>(gp), static_cast<std::uint64_t>(mp->id));
  }
}

// gp, which runs nowhere yet, is about to be queued for the first time; is about to be readied by the caller; has ended.
// Runs on: any; traceGoEnd: g0.
inline void traceGoCreate(const g* gp) {
  if (traceEnabled()) [[unlikely]] internal::traceCreate(gp);
}
inline void traceGoReady(const g* gp) {
  if (traceEnabled()) [[unlikely]] internal::traceReady(gp);
}
inline void traceGoEnd(const m* mp, const g* gp) {
  if (traceEnabled()) [[unlikely]] internal::traceEnd(mp, gp);
}

// pp begins to be used, ceases to be (idle, or given away), or was taken from its holder: kProcStart, kProcStop, kProcTaken.
// Runs on: g0 of mp; kProcTaken: any, with mp null.
inline void traceProc(const p* pp, traceEv type, const m* mp) {
  if (traceEnabled()) [[unlikely]] internal::traceProc(pp, type, mp);
}

// pp has taken n goroutines from victim.  Runs on: g0, with pp.
inline void traceSteal(p* pp, const p* victim, std::uint32_t n) {
  if (traceEnabled()) [[unlikely]] internal::traceGo(pp, traceEv::kSteal, nullptr, static_cast<std::uint64_t>(victim->id), n);
}

// Anything else of one slot, by whoever is the caller.  Runs on: any.
inline void traceEvent(traceEv type, std::uint64_t goid, std::uint64_t second, std::uint64_t third) {
  if (traceEnabled()) [[unlikely]] internal::traceSelf(type, goid, second, third);
}

// An event of the user's with texts behind it; null: none. Longer ones are cut.
// Runs on: any; it is about the calling goroutine.  Blocks: never.
struct traceText {
  const char* data = nullptr;
  std::size_t size = 0;
};
void traceUser(traceEv type, std::uint64_t second, std::uint64_t third, traceText first, traceText message);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_TRACE_H_
