#include "gort/runtime/sched/runq.h"

#include <atomic>

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"

namespace gort::runtime {

namespace {

// Moves half of pp's ring, which was seen full at [head, tail), and gp to the global queue. False when a thief was
// faster: then there is room.
bool runqputslow(p* pp, g* gp, std::uint32_t head, std::uint32_t tail) {
  constexpr std::uint32_t kHalf = runqSize / 2;
  g* batch[kHalf + 1];
  const std::uint32_t n = (tail - head) / 2;
  for (std::uint32_t i = 0; i < n; ++i) batch[i] = pp->runq[(head + i) % runqSize].load(std::memory_order_relaxed);
  // Release: the producer may overwrite the slots; pairs with the acquire of runqhead in runqput.
  if (!pp->runqhead.compare_exchange_strong(head, head + n, std::memory_order_release, std::memory_order_relaxed)) {
    return false;
  }
  batch[n] = gp;
  for (std::uint32_t i = 0; i < n; ++i) batch[i]->schedlink = batch[i + 1];
  lock(&sched.lock);
  pushBackAll(&sched.runq, batch[0], batch[n], static_cast<std::int32_t>(n) + 1);
  sched.runqsize.store(sched.runq.size, std::memory_order_relaxed);
  unlock(&sched.lock);
  return true;
}

// Puts gp at the tail of the ring if there is room.
bool runqputtail(p* pp, g* gp, std::uint32_t* head, std::uint32_t* tail) {
  // Acquire: the slot is free only after the consumer's read of it; pairs with the release of runqhead.
  *head = pp->runqhead.load(std::memory_order_acquire);
  *tail = pp->runqtail.load(std::memory_order_relaxed);  // only we write it
  if (*tail - *head >= runqSize) return false;
  pp->runq[*tail % runqSize].store(gp, std::memory_order_relaxed);
  // Release: publishes the slot; pairs with the acquire of runqtail by a consumer.
  pp->runqtail.store(*tail + 1, std::memory_order_release);
  return true;
}

}  // namespace

void runqput(p* pp, g* gp, bool next) {
  if (next) {
    // Release/acquire: hands gp to a thief that takes it from runnext, and the displaced one to us.
    gp = pp->runnext.exchange(gp, std::memory_order_acq_rel);
    if (gp == nullptr) return;
  }
  std::uint32_t head;
  std::uint32_t tail;
  while (!runqputtail(pp, gp, &head, &tail)) {
    if (runqputslow(pp, gp, head, tail)) return;
  }
}

g* runqget(p* pp, bool* inherit_time) {
  // Only the owner stores a goroutine here; a thief can only take it away, so null is final.
  if (pp->runnext.load(std::memory_order_relaxed) != nullptr) {
    if (g* gp = pp->runnext.exchange(nullptr, std::memory_order_acq_rel); gp != nullptr) {
      *inherit_time = true;
      return gp;
    }
  }
  *inherit_time = false;
  std::uint32_t head = pp->runqhead.load(std::memory_order_acquire);
  for (;;) {
    if (pp->runqtail.load(std::memory_order_relaxed) == head) return nullptr;
    g* gp = pp->runq[head % runqSize].load(std::memory_order_relaxed);
    // Release: frees the slot for runqputtail. Acquire on failure: the new head's slots.
    if (pp->runqhead.compare_exchange_weak(head, head + 1, std::memory_order_release, std::memory_order_acquire)) {
      return gp;
    }
  }
}

void globrunqput(g* gp) {
  pushBack(&sched.runq, gp);
  sched.runqsize.store(sched.runq.size, std::memory_order_relaxed);
}

g* globrunqget(p* pp) {
  g* gp = pop(&sched.runq);
  if (gp == nullptr) return nullptr;
  // The share of one P among one is everything, but never more than half a ring: it must not overflow at once.
  constexpr std::int32_t kMost = runqSize / 2;
  if (pp != nullptr) {
    for (std::int32_t n = 1; n < kMost; ++n) {
      g* more = pop(&sched.runq);
      if (more == nullptr) break;
      std::uint32_t head;
      std::uint32_t tail;
      if (!runqputtail(pp, more, &head, &tail)) {
        more->schedlink = sched.runq.head;  // no room: back to the front
        sched.runq.head = more;
        if (sched.runq.tail == nullptr) sched.runq.tail = more;
        ++sched.runq.size;
        break;
      }
    }
  }
  sched.runqsize.store(sched.runq.size, std::memory_order_relaxed);
  return gp;
}

}  // namespace gort::runtime
