#include "gort/runtime/sched/runq.h"

#include <atomic>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/pause.h"

namespace gort::runtime {

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

void globrunqput(g* gp) {
  pushBack(&sched.runq, gp);
  sched.runqsize.store(sched.runq.size, std::memory_order_relaxed);
}

void globrunqputone(g* gp) {
  lock(&sched.lock);
  globrunqput(gp);
  unlock(&sched.lock);
}

g* globrunqget(p* pp, bool batch) {
  g* gp = pop(&sched.runq);
  if (gp == nullptr) return nullptr;
  if (batch) {
    // A P's share, but never more than half a ring. Source: Go 1.27 runtime.globrunqget.
    constexpr std::int32_t kMost = runqSize / 2;
    std::int32_t n = (sched.runq.size + 1) / gomaxprocs.load(std::memory_order_relaxed) + 1;
    if (n > kMost) n = kMost;
    for (; n > 1; --n) {
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

namespace {

// The victim has just readied what is in its runnext and is likely to park and run it: taking it away then would only make
// both Ps slower. So wait for about as long as that takes. Source: Go 1.27 runtime.runqgrab (usleep(3)).
void LetRunnextRun(const p* victim, const g* next) {
  constexpr std::int64_t kPatienceNs = 3000;
  const std::int64_t until = sys::Nanotime() + kPatienceNs;
  while (victim->runnext.load(std::memory_order_relaxed) == next && sys::Nanotime() < until) sys::Pause();
}

// Moves half of victim's ring to `batch`, a ring's slots from `at` on. Returns how many.
std::uint32_t runqgrab(p* victim, std::atomic<g*>* batch, std::uint32_t at, bool steal_runnext) {
  for (;;) {
    // Acquire: pairs with the release of runqhead by other consumers, and of runqtail by the producer.
    std::uint32_t head = victim->runqhead.load(std::memory_order_acquire);
    const std::uint32_t tail = victim->runqtail.load(std::memory_order_acquire);
    std::uint32_t n = tail - head;
    n -= n / 2;
    if (n == 0) {
      if (!steal_runnext) return 0;
      g* next = victim->runnext.load(std::memory_order_acquire);
      if (next == nullptr) return 0;
      if (victim->status.load(std::memory_order_relaxed) == kPrunning) LetRunnextRun(victim, next);
      if (!victim->runnext.compare_exchange_strong(next, nullptr, std::memory_order_acq_rel)) continue;
      batch[at % runqSize].store(next, std::memory_order_relaxed);
      return 1;
    }
    if (n > runqSize / 2) continue;  // head and tail are not of one moment
    for (std::uint32_t i = 0; i < n; ++i) {
      g* gp = victim->runq[(head + i) % runqSize].load(std::memory_order_relaxed);
      batch[(at + i) % runqSize].store(gp, std::memory_order_relaxed);
    }
    // Release: the producer may overwrite the slots. Failure: somebody was faster, what we have read is not ours.
    if (victim->runqhead.compare_exchange_weak(head, head + n, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      return n;
    }
  }
}

}  // namespace

g* runqsteal(p* pp, p* victim, bool steal_runnext) {
  const std::uint32_t tail = pp->runqtail.load(std::memory_order_relaxed);  // only we write it
  std::uint32_t n = runqgrab(victim, pp->runq, tail, steal_runnext);
  if (n == 0) return nullptr;
  traceSteal(pp, victim, n);
  --n;
  g* gp = pp->runq[(tail + n) % runqSize].load(std::memory_order_relaxed);
  // Release: publishes the slots to other thieves.
  if (n != 0) pp->runqtail.store(tail + n, std::memory_order_release);
  return gp;
}

std::uint32_t runqlen(const p* pp) {
  const std::uint32_t tail = pp->runqtail.load(std::memory_order_relaxed);
  const std::uint32_t head = pp->runqhead.load(std::memory_order_relaxed);
  return tail - head <= runqSize ? tail - head : 0;
}

bool runqempty(const p* pp) {
  // The owner may move a goroutine from runnext into the ring between two of our looks; an unchanged tail says that it has not.
  for (;;) {
    const std::uint32_t head = pp->runqhead.load(std::memory_order_seq_cst);
    const std::uint32_t tail = pp->runqtail.load(std::memory_order_seq_cst);
    const g* next = pp->runnext.load(std::memory_order_seq_cst);
    if (tail == pp->runqtail.load(std::memory_order_seq_cst)) return head == tail && next == nullptr;
  }
}

void runqdrain(p* pp) {
  bool inherit_time;
  while (g* gp = runqget(pp, &inherit_time)) globrunqput(gp);
}

}  // namespace gort::runtime
