#include "gort/runtime/debug/waits.h"

#include <atomic>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/islocked.h"
#include "gort/runtime/sema/notify_list.h"
#include "gort/runtime/sema/sema.h"

namespace gort::runtime {

namespace {

// Whoever holds the channel's lock may be at work on gp. Behind it, a sudog that was taken out says so by its next, and a
// select by selectDone.
Waiting ForChannels(const g* gp) {
  if (gp->waiting == nullptr) return Waiting::kForEver;  // a select in which every channel is nil
  for (const sudog* sg = gp->waiting; sg != nullptr; sg = sg->waitlink) {
    const hchan* c = sg->c.vp;
    if (c == nullptr || islocked(c->lock) || sg->next == sg) return Waiting::kUnsettled;
    if (sg->isSelect && gp->selectDone.load(std::memory_order_relaxed) != 0) return Waiting::kUnsettled;
    if (c->timer != nullptr) return Waiting::kNot;
  }
  return Waiting::kForObjects;
}

// A semaphore's waiter in the tree has the address; Pop takes it away. A JoinPoint's word is the g until it is done.
Waiting ForSemaphore(const g* gp) {
  if (gp->waiting != nullptr) {
    const void* addr = gp->waiting->elem.vp;
    return addr == nullptr || sematouched(addr) ? Waiting::kUnsettled : Waiting::kForObjects;
  }
  if (gp->param == nullptr) return Waiting::kUnsettled;
  const auto word = static_cast<const std::atomic<std::uintptr_t>*>(gp->param)->load(std::memory_order_relaxed);
  return word == reinterpret_cast<std::uintptr_t>(gp) ? Waiting::kForObjects : Waiting::kUnsettled;
}

Waiting ForCond(const g* gp) {
  if (gp->waiting == nullptr) return Waiting::kUnsettled;
  const auto* list = static_cast<const notifyList*>(gp->waiting->elem.vp);
  if (islocked(list->lock)) return Waiting::kUnsettled;
  const std::uint32_t called = gp->waiting->ticket - list->notify.load(std::memory_order_relaxed);
  return static_cast<std::int32_t>(called) < 0 ? Waiting::kUnsettled : Waiting::kForObjects;
}

}  // namespace

Waiting WaitingOf(const g* gp) {
  if (gp->atomicstatus.load(std::memory_order_relaxed) != kGwaiting || gp->timer != nullptr) return Waiting::kNot;
  switch (gp->waitreason) {
    case WaitReason::kChanReceiveNilChan:
    case WaitReason::kChanSendNilChan: return Waiting::kForEver;
    // main may sleep for ever on purpose, while the others work. Source: Go 1.27's goroutineleak profile.
    case WaitReason::kSelectNoCases: return gp->goid == 1 ? Waiting::kNot : Waiting::kForEver;
    case WaitReason::kSelect:
    case WaitReason::kSynctestSelect:
    case WaitReason::kChanReceive:
    case WaitReason::kSynctestChanReceive:
    case WaitReason::kChanSend:
    case WaitReason::kSynctestChanSend: return ForChannels(gp);
    case WaitReason::kSemacquire:
    case WaitReason::kSyncMutexLock:
    case WaitReason::kSyncRWMutexRLock:
    case WaitReason::kSyncRWMutexLock:
    case WaitReason::kSyncWaitGroupWait:
    case WaitReason::kSynctestWaitGroupWait: return ForSemaphore(gp);
    case WaitReason::kSyncCondWait: return ForCond(gp);
    default: return Waiting::kNot;
  }
}

}  // namespace gort::runtime
