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
constexpr int kSearchMost = 16;          // odd-sized ones looked at before a new one is made

// Dead goroutines whose stack is not of the default size. Guard: sched.lock.
constinit gList gfree_other{};

std::size_t SlotBytes(const g* gp) { return gp->slot.hi - gp->slot.lo; }

// A slot's usable size is a little less than its class (stack.h): two slots serve the same requests if they round up to
// the same class.
bool IsDefaultSlot(const g* gp) { return SlotBytes(gp) <= kDefaultStackBytes && SlotBytes(gp) > kDefaultStackBytes / 2; }

bool Serves(const g* gp, std::size_t stack_bytes) {
  constexpr std::size_t kTopMost = 2048;  // colour and header
  return SlotBytes(gp) + kTopMost >= stack_bytes && SlotBytes(gp) / 4 <= stack_bytes;
}

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

g* gfgetother(std::size_t stack_bytes) {
  g* found = nullptr;
  lock(&sched.lock);
  g** link = &gfree_other.head;
  for (int i = 0; i < kSearchMost && *link != nullptr; ++i, link = &(*link)->schedlink) {
    if (Serves(*link, stack_bytes)) {
      found = *link;
      *link = found->schedlink;
      found->schedlink = nullptr;
      --gfree_other.size;
      break;
    }
  }
  unlock(&sched.lock);
  return found;
}

}  // namespace

g* gfget(p* pp, std::size_t stack_bytes, std::size_t closure_bytes, std::size_t closure_align, void** closure) {
  if (closure_bytes > kMaxClosureBytes) sys::Fatal("newproc: closure too large to lie above a stack");
  const bool ordinary = stack_bytes == 0 || stack_bytes == kDefaultStackBytes;
  g* gp = ordinary ? gfgetdefault(pp) : gfgetother(stack_bytes);
  if (gp == nullptr) gp = malg(stack_bytes);
  const uintptr_t at = (reinterpret_cast<uintptr_t>(gp) - closure_bytes) & ~(uintptr_t{closure_align} - 1);
  *closure = reinterpret_cast<void*>(at);
  gp->stack.hi = at & ~uintptr_t{15};
  return gp;
}

void gfput(p* pp, g* gp) {
  const bool ordinary = IsDefaultSlot(gp);
  if (!ordinary || pp == nullptr) {
    lock(&sched.lock);
    push(ordinary ? &sched.gFree : &gfree_other, gp);
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
  std::int64_t n = allglen.load(std::memory_order_relaxed);
  n -= sched.ngsys.load(std::memory_order_relaxed);
  lock(&sched.lock);
  n -= sched.gFree.size + gfree_other.size;
  unlock(&sched.lock);
  for (p* pp : allp) {
    if (pp != nullptr) n -= pp->gFree.size;
  }
  return n < 0 ? 0 : static_cast<std::int32_t>(n);
}

}  // namespace gort::runtime
