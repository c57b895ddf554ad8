#include "gort/runtime/sema/sema.h"

#include "gort/gstruct/g.h"
#include "gort/gstruct/mutex.h"
#include "gort/gstruct/sudog.h"
#include "gort/runtime/lock/islocked.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sema/sematree.h"
#include "gort/runtime/switch/race.h"

namespace gort::runtime {

namespace {

// A prime, so that it does not fall in step with the distances between objects. Source: Go 1.27 runtime.semTabSize.
constexpr std::uintptr_t kSemTabSize = 251;

// One bucket; a cache line, so that unrelated semaphores do not slow each other.
struct alignas(64) semaRoot {
  mutex lock;
  semaTree tree;  // guard: lock
  // How many are in the tree or on their way into it. Writers: under lock. Readers: semrelease1, without.
  std::atomic<std::uint32_t> nwait;
};

// All zero bytes: usable before any constructor has run.
constinit semaRoot semtable[kSemTabSize] = {};

// Neighbours of 8 bytes go to neighbouring buckets: a struct's mutexes do not share one.
semaRoot* semroot(const void* addr) { return &semtable[(reinterpret_cast<std::uintptr_t>(addr) >> 3) % kSemTabSize]; }

// One waiter less. Nobody counts on when a releaser sees it, and writers hold the lock: no locked operation.
void CountOff(semaRoot* root) {
  root->nwait.store(root->nwait.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

// Takes one from *addr if it is above 0.
bool cansemacquire(std::atomic<std::uint32_t>* addr) {
  // Sequentially consistent: the waiter's half of the order in sema.h, after ++nwait. The acquire that it also is pairs with
  // semrelease1's addition.
  std::uint32_t v = addr->load(std::memory_order_seq_cst);
  while (v > 0) {
    if (addr->compare_exchange_weak(v, v - 1, std::memory_order_seq_cst, std::memory_order_relaxed)) return true;
  }
  return false;
}

}  // namespace

void semacquire1(std::atomic<std::uint32_t>* addr, bool lifo, WaitReason reason) {
  if (cansemacquire(addr)) return raceacquire(addr);
  // On the stack: it is in the tree only while we stand in goparkunlock.
  sudog s = {};
  s.g = selfg();
  s.g->waiting = &s;  // for leak reports
  semaRoot* root = semroot(addr);
  do {
    lock(&root->lock);
    // First we are counted, then we look: see sema.h.
    root->nwait.fetch_add(1, std::memory_order_seq_cst);
    if (cansemacquire(addr)) {
      CountOff(root);
      unlock(&root->lock);
      break;
    }
    root->tree.Push(addr, &s, lifo);
    goparkunlock(&root->lock, reason);
    lifo = true;  // if somebody was faster, we keep our place
  } while (s.ticket == 0 && !cansemacquire(addr));
  s.g->waiting = nullptr;
  raceacquire(addr);
}

bool sematouched(const void* addr) { return islocked(semroot(addr)->lock); }

void semrelease1(std::atomic<std::uint32_t>* addr, bool handoff) {
  semaRoot* root = semroot(addr);
  racereleasemerge(addr);
  // Release: what the caller did is seen by who takes the count. Sequentially consistent: before the look at nwait.
  addr->fetch_add(1, std::memory_order_seq_cst);
  if (root->nwait.load(std::memory_order_seq_cst) == 0) return;

  lock(&root->lock);
  sudog* s = root->tree.Pop(addr);
  if (s != nullptr) CountOff(root);
  unlock(&root->lock);
  if (s == nullptr) return;  // somebody else's waiter, or one that found a count by itself

  const bool handed = handoff && cansemacquire(addr);
  s->ticket = handed ? 1 : 0;
  goready(s->g);  // from here on *s may be gone
  // A plain thread has no time slice to give.
  if (const g* gp = getg(); handed && gp != nullptr && !isthread(gp)) goyield();
}

}  // namespace gort::runtime
