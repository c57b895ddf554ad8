// Why a goroutine waits: the words between the brackets of `goroutine 7 [chan receive]:`.
// Source: Go 1.27 runtime.waitReason; the texts are Go's, the numbers are ours (no tool reads them).
#ifndef GORT_GSTRUCT_WAITREASON_H_
#define GORT_GSTRUCT_WAITREASON_H_

#include <cstdint>

namespace gort::runtime {

enum class WaitReason : std::uint8_t {
  kZero,
  kIOWait,
  kChanReceiveNilChan,
  kChanSendNilChan,
  kSelect,
  kSelectNoCases,
  kChanReceive,
  kChanSend,
  kSemacquire,
  kSleep,
  kSyncCondWait,
  kSyncMutexLock,
  kSyncRWMutexRLock,
  kSyncRWMutexLock,
  kSyncWaitGroupWait,
  kPreempted,
  kSynctestRun,
  kSynctestWait,
  // Waits in a bubble for what is of the bubble, too.
  kSynctestChanReceive,
  kSynctestChanSend,
  kSynctestSelect,
  kSynctestWaitGroupWait,
};

// How many there are, kZero included.
inline constexpr int kWaitReasons = static_cast<int>(WaitReason::kSynctestWaitGroupWait) + 1;

// Whether a lock is waited for. Source: Go 1.27 runtime.waitReason.isMutexWait.
constexpr bool ismutexwait(WaitReason reason) {
  return reason == WaitReason::kSyncMutexLock || reason == WaitReason::kSyncRWMutexRLock ||
         reason == WaitReason::kSyncRWMutexLock;
}

// Whether a goroutine of a synctest bubble that waits for this reason can be woken by the bubble alone. kSynctestRun
// and kSynctestWait are not among them: who waits so is told by the bubble's own count (runtime/sched/bubble.h).
// Source: Go 1.27 runtime.waitReason.isIdleInSynctest.
constexpr bool isdurable(WaitReason reason) {
  switch (reason) {
    case WaitReason::kChanReceiveNilChan:
    case WaitReason::kChanSendNilChan:
    case WaitReason::kSelectNoCases:
    case WaitReason::kSleep:
    case WaitReason::kSyncCondWait:
    case WaitReason::kSynctestChanReceive:
    case WaitReason::kSynctestChanSend:
    case WaitReason::kSynctestSelect:
    case WaitReason::kSynctestWaitGroupWait: return true;
    default: return false;
  }
}

// The text for `reason`; "" for kZero, "unknown wait reason" for a value that is none of the above.
constexpr const char* WaitReasonText(WaitReason reason) {
  switch (reason) {
    case WaitReason::kZero: return "";
    case WaitReason::kIOWait: return "IO wait";
    case WaitReason::kChanReceiveNilChan: return "chan receive (nil chan)";
    case WaitReason::kChanSendNilChan: return "chan send (nil chan)";
    case WaitReason::kSelect: return "select";
    case WaitReason::kSelectNoCases: return "select (no cases)";
    case WaitReason::kChanReceive: return "chan receive";
    case WaitReason::kChanSend: return "chan send";
    case WaitReason::kSemacquire: return "semacquire";
    case WaitReason::kSleep: return "sleep";
    case WaitReason::kSyncCondWait: return "sync.Cond.Wait";
    case WaitReason::kSyncMutexLock: return "sync.Mutex.Lock";
    case WaitReason::kSyncRWMutexRLock: return "sync.RWMutex.RLock";
    case WaitReason::kSyncRWMutexLock: return "sync.RWMutex.Lock";
    case WaitReason::kSyncWaitGroupWait: return "sync.WaitGroup.Wait";
    case WaitReason::kPreempted: return "preempted";
    case WaitReason::kSynctestRun: return "synctest.Run";
    case WaitReason::kSynctestWait: return "synctest.Wait";
    case WaitReason::kSynctestChanReceive: return "chan receive";
    case WaitReason::kSynctestChanSend: return "chan send";
    case WaitReason::kSynctestSelect: return "select";
    case WaitReason::kSynctestWaitGroupWait: return "sync.WaitGroup.Wait";
  }
  return "unknown wait reason";
}
static_assert(WaitReasonText(static_cast<WaitReason>(kWaitReasons))[0] == 'u' &&
                  WaitReasonText(static_cast<WaitReason>(kWaitReasons - 1))[0] != 'u',
              "kWaitReasons is one more than the last reason");

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_WAITREASON_H_
