#include "gort/runtime/sched/malg.h"

#include <atomic>
#include <new>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

namespace {

constexpr std::int32_t kLocalMost = 64;  // dead goroutines a P keeps; half of them move at once. Source: Go gfput

// Dead goroutines by the class of their slot, the last list for large ones. The default class is not here: it has the Ps'
// lists and sched.gFree. Guard: sched.lock.
constinit gList gfree_other[kNumStackClasses + 1]{};

std::size_t SlotBytes(const g* gp) { return gp->slot.hi - gp->slot.lo; }

// The class that serves a request of `bytes`, and of a slot with so many usable bytes: a slot has at most 1 KiB less than
// its class, so the two agree.
int ClassFor(std::size_t bytes) {
  int size_class = 0;
  while (size_class < kNumStackClasses && kStackClassBytes[size_class] < bytes) ++size_class;
  return size_class;
}

constexpr int kDefaultClass = 4;
static_assert(kStackClassBytes[kDefaultClass] == kDefaultStackBytes);

void allgadd(g* gp) {
  g* head = allgs.load(std::memory_order_relaxed);
  do {
    gp->alllink = head;
    // Release: a reader that finds gp sees it initialised; pairs with the acquire of allgs.
  } while (!allgs.compare_exchange_weak(head, gp, std::memory_order_release, std::memory_order_relaxed));
  allglen.fetch_add(1, std::memory_order_relaxed);
}

g* malg(std::size_t stack_bytes) {
  StackError error;
  const stack slot = stackalloc(nullptr, stack_bytes, &error);
  if (slot.hi == 0) sys::Fatal(StackErrorSentence(error));
  g* gp = new (reinterpret_cast<void*>((slot.hi - sizeof(g)) & ~uintptr_t{63})) g{};
  gp->slot = slot;
  gp->stack.lo = slot.lo;
  gp->stackguard0 = slot.lo + stackGuard;
  gp->stackguard1 = ~uintptr_t{0};  // must not run C on g0's terms; as in Go
  gp->atomicstatus.store(kGdead, std::memory_order_relaxed);
  allgadd(gp);
  return gp;
}

g* gfgetdefault(p* pp) {
  if (pp != nullptr) {
    if (g* gp = pop(&pp->gFree); gp != nullptr) return gp;
  }
  lock(&sched.lock);
  g* gp = pop(&sched.gFree);
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

// Whether a large slot may serve: big enough, and not wastefully so. (Its header takes up to 1 KiB.)
bool Serves(const g* gp, std::size_t stack_bytes) {
  constexpr std::size_t kHeaderMost = 1024;
  return SlotBytes(gp) + kHeaderMost >= stack_bytes && SlotBytes(gp) / 2 <= stack_bytes;
}

g* gfgetother(int size_class, std::size_t stack_bytes) {
  gList* list = &gfree_other[size_class];
  g* found = nullptr;
  lock(&sched.lock);
  if (size_class < kNumStackClasses) {
    found = pop(list);
  } else {
    // At most kMaxLargeStacks to look at.
    for (g** link = &list->head; *link != nullptr; link = &(*link)->schedlink) {
      if (!Serves(*link, stack_bytes)) continue;
      found = *link;
      *link = found->schedlink;
      found->schedlink = nullptr;
      --list->size;
      break;
    }
  }
  unlock(&sched.lock);
  return found;
}

}  // namespace

g* gfget(p* pp, std::size_t stack_bytes, std::size_t closure_bytes, std::size_t closure_align, void** closure) {
  if (closure_bytes > kMaxClosureBytes) sys::Fatal("newproc: closure too large to lie above a stack");
  const int size_class = stack_bytes == 0 ? kDefaultClass : ClassFor(stack_bytes);
  g* gp = size_class == kDefaultClass ? gfgetdefault(pp) : gfgetother(size_class, stack_bytes);
  if (gp == nullptr) gp = malg(stack_bytes);
  const uintptr_t at = (reinterpret_cast<uintptr_t>(gp) - closure_bytes) & ~(uintptr_t{closure_align} - 1);
  *closure = reinterpret_cast<void*>(at);
  gp->stack.hi = at & ~uintptr_t{15};
  return gp;
}

void gfput(p* pp, g* gp) {
  const int size_class = ClassFor(SlotBytes(gp));
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

std::int32_t gcount() {
  // First the ended ones: whoever ended was created before, so the difference is never too small.
  std::uint64_t ended = 0;
  for (const p* pp : allp) {
    if (pp != nullptr) ended += pp->goroutinesEnded.load(std::memory_order_acquire);
  }
  std::uint64_t created = sched.goroutinesCreated.load(std::memory_order_relaxed);
  for (const p* pp : allp) {
    if (pp != nullptr) created += pp->goroutinesCreated.load(std::memory_order_relaxed);
  }
  return static_cast<std::int32_t>(created - ended);
}

}  // namespace gort::runtime
