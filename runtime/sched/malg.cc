#include "gort/runtime/sched/malg.h"

#include <atomic>
#include <new>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

namespace {

constexpr std::int32_t kLocalMost = 64;  // dead goroutines a P keeps; half of them move at once. Source: Go gfput
constexpr int kTrimMost = 4096;   // trimmed by one gftrim: some 10 ms
constexpr int kTrimBatch = 64;    // of them at once off the lists

// Dead goroutines by the class of their slot. The default class is not here: it has the Ps' lists and sched.gFree. The last
// list holds those that had a large stack: without one, for a large stack goes back to the kernel when its goroutine ends.
// Guard: sched.lock.
constinit gList gfree_other[kNumStackClasses + 1]{};

// Those whose memory went back to the kernel, all but the page with the g; taken when the lists above are empty. A list of its own,
// so that gftrim sees each only once. Guard: sched.lock.
constinit gList gfree_trimmed[kNumStackClasses]{};

// A slot has up to 1 KiB less than its class, which therefore is also the class of what is left.
int ClassOf(const g* gp) { return StackClassFor(gp->slot.hi - gp->slot.lo); }

constexpr int kDefaultClass = StackClassFor(kDefaultStackBytes);

void allgadd(g* gp) {
  g* head = allgs.load(std::memory_order_relaxed);
  do {
    gp->alllink = head;
    // Release: a reader that finds gp sees it initialised; pairs with the acquire of allgs.
  } while (!allgs.compare_exchange_weak(head, gp, std::memory_order_release, std::memory_order_relaxed));
  allglen.fetch_add(1, std::memory_order_relaxed);
}

stack stackallocOrDie(std::size_t bytes) {
  StackError error;
  const stack slot = stackalloc(nullptr, bytes, &error);
  if (slot.hi == 0) sys::Fatal(StackErrorSentence(error));
  return slot;
}

g* NewG(uintptr_t below) {
  g* gp = new (reinterpret_cast<void*>((below - sizeof(g)) & ~uintptr_t{63})) g{};
  raceforget(gp, sizeof(g));
  gp->stackguard1 = ~uintptr_t{0};  // must not run C on g0's terms; as in Go
  gp->atomicstatus.store(kGdead, std::memory_order_relaxed);
  return gp;
}

void SetSlot(g* gp, stack slot) {
  gp->slot = slot;
  gp->stack.lo = slot.lo;
  gp->stackguard0 = slot.lo + stackGuard;
}

g* malg(std::size_t stack_bytes) {
  const stack slot = stackallocOrDie(stack_bytes);
  g* gp = NewG(slot.hi);
  SetSlot(gp, slot);
  allgadd(gp);
  return gp;
}

// Room for one g of a goroutine with a large stack: main's.
alignas(64) constinit unsigned char main_g[(sizeof(g) + 63) & ~std::size_t{63}] asm("runtime.main_g"){};
constinit std::atomic<bool> main_g_used{false};

// A goroutine with a large stack. Its g has a small slot of its own, since it must outlive the stack.
g* malglarge(std::size_t stack_bytes) {
  lock(&sched.lock);
  g* gp = pop(&gfree_other[kLargeStackClass]);
  unlock(&sched.lock);
  if (gp == nullptr) {
    // The first one is main's, mostly: without a slot of its own the program starts 15 us sooner.
    gp = main_g_used.exchange(true, std::memory_order_relaxed) ? NewG(stackallocOrDie(kStackClassBytes[0]).hi)
                                                              : NewG(reinterpret_cast<uintptr_t>(main_g + sizeof(main_g)));
    allgadd(gp);
  }
  SetSlot(gp, stackallocOrDie(stack_bytes));
  return gp;
}

g* gfgetdefault(p* pp) {
  if (pp != nullptr) {
    if (g* gp = pop(&pp->gFree); gp != nullptr) return gp;
  }
  lock(&sched.lock);
  g* gp = pop(&sched.gFree);
  if (gp == nullptr) gp = pop(&gfree_trimmed[kDefaultClass]);
  if (pp != nullptr) {
    while (pp->gFree.size < kLocalMost / 2) {
      g* more = pop(&sched.gFree);
      if (more == nullptr) break;
      push(&pp->gFree, more);
    }
  }
  unlock(&sched.lock);
  return gp;
}

g* gfgetother(int size_class) {
  lock(&sched.lock);
  g* gp = pop(&gfree_other[size_class]);
  if (gp == nullptr) gp = pop(&gfree_trimmed[size_class]);
  unlock(&sched.lock);
  return gp;
}

// Moves up to n from one list to another.  Locks: sched.lock held.
void move(gList* from, gList* to, int n) {
  for (g* gp; n > 0 && (gp = pop(from)) != nullptr; --n) push(to, gp);
}

// Trims dead goroutines of one class, at most *most of them. Off the lists meanwhile: the system calls need no lock.
void trim(gList* fresh, gList* trimmed, int* most) {
  for (gList batch = {}; *most > 0; *most -= kTrimBatch) {
    lock(&sched.lock);
    move(&batch, trimmed, kTrimBatch);
    move(fresh, &batch, kTrimBatch);
    unlock(&sched.lock);
    if (batch.size == 0) return;
    for (const g* gp = batch.head; gp != nullptr; gp = gp->schedlink) trimstack(gp);
    if (*most <= kTrimBatch) {
      lock(&sched.lock);
      move(&batch, trimmed, kTrimBatch);
      unlock(&sched.lock);
    }
  }
}

}  // namespace

g* gfget(p* pp, std::size_t stack_bytes, std::size_t closure_bytes, std::size_t closure_align, void** closure) {
  if (closure_bytes > kMaxClosureBytes) sys::Fatal("newproc: closure too large to lie above a stack");
  const int size_class = stack_bytes == 0 ? kDefaultClass : StackClassFor(stack_bytes);
  g* gp;
  uintptr_t top;  // what the closure must stay below
  if (size_class == kLargeStackClass) {
    gp = malglarge(stack_bytes);
    top = gp->slot.hi;
  } else {
    gp = size_class == kDefaultClass ? gfgetdefault(pp) : gfgetother(size_class);
    if (gp == nullptr) gp = malg(stack_bytes);
    top = reinterpret_cast<uintptr_t>(gp);
  }
  const uintptr_t at = (top - closure_bytes) & ~(uintptr_t{closure_align} - 1);
  *closure = reinterpret_cast<void*>(at);
  gp->stack.hi = at & ~uintptr_t{15};
  return gp;
}

void gfput(p* pp, g* gp) {
  gp->sched.sp = 0;  // in a dead g anything else says: newproc is at work on it, and there may be a closure above the stack
  const int size_class = ClassOf(gp);
  if (size_class == kLargeStackClass) {
    stackfree(gp->slot);
    gp->slot = {};
    gp->stack = {};
  }
  if (size_class != kDefaultClass || pp == nullptr) {
    lock(&sched.lock);
    push(size_class == kDefaultClass ? &sched.gFree : &gfree_other[size_class], gp);
    unlock(&sched.lock);
    return;
  }
  push(&pp->gFree, gp);
  if (pp->gFree.size < kLocalMost) return;
  lock(&sched.lock);
  while (pp->gFree.size >= kLocalMost / 2) push(&sched.gFree, pop(&pp->gFree));
  unlock(&sched.lock);
}

void trimstack(const g* gp) {
  const uintptr_t end = reinterpret_cast<uintptr_t>(gp) & ~(uintptr_t{physPageSize} - 1);
  if (end <= gp->slot.lo || end >= gp->slot.hi) return;  // nothing above, or a large stack: its g lies elsewhere
  sys::Madvise(reinterpret_cast<void*>(gp->slot.lo), end - gp->slot.lo, sys::kMADV_DONTNEED);
}

void gftrim() {
  lock(&sched.lock);
  for (p* pp = sched.pidle; pp != nullptr; pp = pp->link) move(&pp->gFree, &sched.gFree, kLocalMost);  // idle: sched.lock's
  unlock(&sched.lock);
  int most = kTrimMost;
  for (int size_class = 0; size_class < kNumStackClasses; ++size_class) {
    trim(size_class == kDefaultClass ? &sched.gFree : &gfree_other[size_class], &gfree_trimmed[size_class], &most);
  }
}

std::int32_t gcount() {
  // First the ended ones: whoever ended was created before, so the difference is never too small.
  std::uint64_t ended = sched.goroutinesEnded.load(std::memory_order_acquire);
  const p* pp;
  for (std::int32_t i = 0; i < kMaxProcs && (pp = procat(i)) != nullptr; ++i) {  // also Ps that are dead now
    ended += pp->goroutinesEnded.load(std::memory_order_acquire);
  }
  return static_cast<std::int32_t>(gcreated() - ended);
}

std::uint64_t gcreated() {
  std::uint64_t created = sched.goroutinesCreated.load(std::memory_order_relaxed);
  const p* pp;
  for (std::int32_t i = 0; i < kMaxProcs && (pp = procat(i)) != nullptr; ++i) {
    created += pp->goroutinesCreated.load(std::memory_order_relaxed);
  }
  return created;
}

}  // namespace gort::runtime
