// Which ranks each thread holds.
//
// Go keeps that in m. This layer knows no m, some threads have none, and a freestanding program has no thread_local. What
// every thread has, from its first instruction on, is a thread pointer of its own: it is the key of a hash table. An entry
// belongs to its thread from the first lock to the last unlock, so the table is as large as threads hold locks at the same
// time, and ends of threads need no care.
#include "gort/runtime/lock/heldlocks.h"

#include "gort/runtime/sys/fatal.h"

#if GORT_LOCKRANK

namespace gort::runtime {
namespace {

constexpr uint32_t kEntries = 4096;  // far more than threads between lock and unlock; a power of two

struct HeldLocks {
  // 0: free. Writer: the thread, which takes a free entry by compare-and-swap. Readers: all who look for theirs.
  std::atomic<uintptr_t> thread;
  // The rest is the thread's own.
  lockRankSet ranks;
  uint32_t count[lockRankCount];
  // The highest address of those held, for Several::kByAddress. After an unlock it may be higher than what is left, which
  // forbids too much; nobody takes another lock between two unlocks.
  uintptr_t highest[lockRankCount];
};

constinit HeldLocks entries[kEntries]{};
// How far from entry i somebody has had to go whose search begins at i. Only grows. Guard: itself.
constinit std::atomic<uint32_t> reach[kEntries]{};

uintptr_t ThreadPointer() {
  uintptr_t tp;
#if defined(__x86_64__)
  asm("movq %%fs:0, %0" : "=r"(tp));  // the ABI's self pointer, which our freestanding start sets, too
#elif defined(__aarch64__)
  asm("mrs %0, tpidr_el0" : "=r"(tp));
#else
  asm("mv %0, tp" : "=r"(tp));
#endif
  return tp;
}

// Knuth's multiplicative hash: thread pointers are multiples of a page or so.
uint32_t FirstEntry(uintptr_t thread) {
  return static_cast<uint32_t>(thread * 0x9e3779b97f4a7c15ULL >> 32) & (kEntries - 1);
}

// The thread's entry; null when it holds nothing.
HeldLocks* Find() {
  const uintptr_t thread = ThreadPointer();
  const uint32_t first = FirstEntry(thread);
  // Relaxed, both: if there is an entry of ours, we wrote it.
  const uint32_t last = first + reach[first].load(std::memory_order_relaxed);
  for (uint32_t i = first; i <= last; ++i) {
    HeldLocks* held = &entries[i & (kEntries - 1)];
    if (held->thread.load(std::memory_order_relaxed) == thread) return held;
  }
  return nullptr;
}

HeldLocks* FindOrMake() {
  if (HeldLocks* held = Find(); held != nullptr) return held;
  const uintptr_t thread = ThreadPointer();
  const uint32_t first = FirstEntry(thread);
  for (uint32_t distance = 0; distance < kEntries; ++distance) {
    HeldLocks* held = &entries[(first + distance) & (kEntries - 1)];
    uintptr_t free = 0;
    // Acquire: pairs with the release in RankUnlocked, by which the last owner left the entry empty.
    if (!held->thread.compare_exchange_strong(free, thread, std::memory_order_acquire)) continue;
    uint32_t known = reach[first].load(std::memory_order_relaxed);
    while (known < distance && !reach[first].compare_exchange_weak(known, distance, std::memory_order_relaxed)) {
    }
    return held;
  }
  sys::Fatal("lock ranks: more than 4096 threads hold runtime locks; raise kEntries in runtime/lock/heldlocks.cc");
}

lockRank RankOf(const mutex* l) { return static_cast<lockRank>(RankBits(l) >> kRankShift); }

// The transitive closure of lockRanks[].under.
struct Closure {
  lockRankSet under[lockRankCount];
};
consteval Closure MakeClosure() {
  Closure closure{};
  closure.under[lockRankLeafRank] = lockRanks[lockRankLeafRank].under;
  for (uint32_t r = 1; r < lockRankCount; ++r) {
    closure.under[r] = lockRanks[r].under;
    for (uint32_t outer = 1; outer < lockRankCount; ++outer) {
      if ((lockRanks[r].under & lockRankBit(lockRank(outer))) == 0) continue;
      closure.under[r] |= closure.under[outer];
    }
  }
  return closure;
}
constexpr Closure kClosure = MakeClosure();

// "lock order: <parts>", to sys::Fatal.
[[noreturn]] void Stop(const char* a, const char* b, const char* c, const char* d, const char* e) {
  constexpr uint32_t kBytes = 256;
  char sentence[kBytes];
  uint32_t n = 0;
  for (const char* part : {"lock order: ", a, b, c, d, e}) {
    for (; *part != '\0' && n + 1 < kBytes; ++part) sentence[n++] = *part;
  }
  sentence[n] = '\0';
  sys::Fatal(sentence);
}

const char* FirstName(lockRankSet ranks) {
  uint32_t r = 0;
  while ((ranks & lockRankBit(lockRank(r))) == 0) ++r;
  return lockRanks[r].name;
}

}  // namespace

void CheckRank(const mutex* l) {
  const HeldLocks* held = Find();
  if (held == nullptr) return;
  const lockRank rank = RankOf(l);
  const lockRankSet same = held->ranks & lockRankBit(rank);
  const lockRankSet wrong = held->ranks & ~kClosure.under[rank] & ~same;
  const char* name = lockRanks[rank].name;
  if (wrong != 0) {
    Stop("taking ", name, " while holding ", FirstName(wrong), ", which runtime/lock/lockrank.h does not allow");
  }
  if (same == 0 || lockRanks[rank].several == Several::kByRule) return;
  if (lockRanks[rank].several == Several::kNo) Stop("taking ", name, " while holding ", name, "; one at a time");
  if (reinterpret_cast<uintptr_t>(l) <= held->highest[rank]) {
    Stop("taking ", name, " while holding ", name, " at the same or a higher address; the lowest comes first");
  }
}

void RankLocked(const mutex* l) {
  HeldLocks* held = FindOrMake();
  const lockRank rank = RankOf(l);
  const uintptr_t address = reinterpret_cast<uintptr_t>(l);
  held->ranks |= lockRankBit(rank);
  if (held->count[rank]++ == 0 || held->highest[rank] < address) held->highest[rank] = address;
}

void RankUnlocked(uintptr_t rank_bits) {
  HeldLocks* held = Find();
  const auto rank = static_cast<lockRank>(rank_bits >> kRankShift);
  if (held == nullptr || held->count[rank] == 0) {
    Stop("releasing ", lockRanks[rank].name, ", which this thread does not hold", "", "");
  }
  if (--held->count[rank] > 0) return;
  held->ranks &= ~lockRankBit(rank);
  held->highest[rank] = 0;  // an address left behind would count as a reference in the search for leaked goroutines
  // Release: leaves the entry empty to the next owner; pairs with the acquire in FindOrMake.
  if (held->ranks == 0) held->thread.store(0, std::memory_order_release);
}

void assertNoLocks(const char* where) {
  const HeldLocks* held = Find();
  if (held != nullptr) Stop(where, " while holding ", FirstName(held->ranks), ", which it could keep for ever", "");
}

}  // namespace gort::runtime

#endif  // GORT_LOCKRANK
