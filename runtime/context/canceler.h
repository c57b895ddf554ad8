// What can be cancelled: the tree behind the contexts.
//
//     Context, copies    Context, copies      WithValue, WithoutCancel: nodes without a canceler of their own
//            |                  |
//            v                  v
//        ContextNode <------ ContextNode      upwards: a node owns its parent's, so a derived context keeps its ancestors
//            |                  |
//            v                  v
//         Canceler  ------>  Canceler         downwards: a canceler owns its children and only finds its parent
//            ^                  ^
//            |                  |
//        CancelFunc, timer   CancelFunc, timer
//
// There is no cycle in it, and no collector is needed: a canceler is a child of its parent exactly as long as somebody could
// notice that it was cancelled, which is its node or a child of its own. A function registered by ContextAfterFunc is such a
// child, a leaf. It counts even when every handle to its context is gone: the parent or the timer still ends that context,
// and then the function must run. (Rejected: one structure, with reference counts up and weak references down. There, nobody
// would own the registered function.)
//
// Locks: each canceler has a Mutex. Who holds one may take those of its descendants, never its parent's. Cancel holds the
// locks of a whole subtree, as Go does: whoever calls Cancel second finds the subtree cancelled when its call returns.
#ifndef GORT_RUNTIME_CONTEXT_CANCELER_H_
#define GORT_RUNTIME_CONTEXT_CANCELER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/time/time.h"

namespace gort::internal {

class Canceler : public std::enable_shared_from_this<Canceler> {
 public:
  // A child of `parent` (null: a root) for a context of its own. Cancelled from the start when the parent is.
  // `deadline` is what the context reports; a timer is started by StartTimer.
  // Runs on: any thread, like everything here.  Blocks: G, while another thread cancels the parent.
  static std::shared_ptr<Canceler> New(const std::shared_ptr<Canceler>& parent, std::optional<absl::Time> deadline);

  // A leaf that calls f on a goroutine of its own when `parent` is cancelled, at once if it has been; null: never.
  static std::shared_ptr<Canceler> NewAfterFunc(const std::shared_ptr<Canceler>& parent, absl::AnyInvocable<void()> f);

  // Use New and NewAfterFunc: the key keeps everyone else out, std::make_shared lets them in.
  class Key {
    friend class Canceler;
    Key() = default;
  };
  Canceler(Key, std::weak_ptr<Canceler> parent, std::optional<absl::Time> deadline, Chan<Unit> done,
           absl::AnyInvocable<void()> on_cancel);
  Canceler(const Canceler&) = delete;
  Canceler& operator=(const Canceler&) = delete;

  // Cancels this and everything below it; the first call decides. When it returns, the subtree is cancelled, its timers are
  // stopped and this is no longer a child of its parent, whoever was first.
  // Blocks: G, while another thread cancels.  Errors: no memory ends the program.
  // Source: Go 1.27 context.cancelCtx.cancel.
  void Cancel(const absl::Status& err, const absl::Status& cause) noexcept;

  // Cancels with DeadlineExceeded after `timeout`, at once when that is not positive.
  void StartTimer(absl::Duration timeout, const absl::Status& cause);

  // The context that this was made for has no handle left.
  void ReleaseContext();

  // Of a leaf: gives up its function. True: it will never run. False: it was started, or stopped before.
  bool Stop();

  // Closed when this is cancelled; nil for a leaf.
  const Chan<Unit>& done() const { return done_; }
  const std::optional<absl::Time>& deadline() const { return deadline_; }

  // OK until this is cancelled, then why. Not OK means that done() is closed, and the other way round.
  // Blocks: G, while another thread is cancelling this.
  absl::Status Err() const;
  absl::Status Cause() const;

 private:
  void Adopt(const std::shared_ptr<Canceler>& child);
  void MarkCanceled(const absl::Status& err, const absl::Status& cause,
                    std::vector<std::shared_ptr<Canceler>>* subtree);
  bool Disown(const Canceler* child);
  bool IsForgotten() const { return !has_context_ && children_.empty(); }
  void StopTimer();
  void Detach();

  const std::weak_ptr<Canceler> parent_;
  const std::optional<absl::Time> deadline_;
  const Chan<Unit> done_;

  mutable Mutex mutex_;
  // Set once. Writer: MarkCanceled, under mutex_, after err_ and cause_ and before done_ is closed: who has seen done_ closed
  // sees it. Readers: any; acquire. Who needs the closed channel as well takes mutex_ after seeing it.
  std::atomic<bool> canceled_{false};
  // Below: guarded by mutex_.
  absl::Status err_;
  absl::Status cause_;
  bool has_context_;
  absl::flat_hash_set<std::shared_ptr<Canceler>> children_;
  std::optional<Timer> timer_;            // owns this canceler as long as it is there
  absl::AnyInvocable<void()> on_cancel_;  // a leaf's; empty once it was started or stopped
};

}  // namespace gort::internal

#endif  // GORT_RUNTIME_CONTEXT_CANCELER_H_
