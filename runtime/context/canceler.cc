#include "gort/runtime/context/canceler.h"

#include <mutex>
#include <utility>

#include "gort/runtime/goroutine/goroutine.h"

namespace gort::internal {

Canceler::Canceler(Key, std::weak_ptr<Canceler> parent, std::optional<absl::Time> deadline, Chan<Unit> done,
                   absl::AnyInvocable<void()> on_cancel)
    : parent_(std::move(parent)),
      deadline_(deadline),
      done_(std::move(done)),
      has_context_(true),  // a leaf stays until it is started or stopped: it is what the others are kept for
      on_cancel_(std::move(on_cancel)) {}

std::shared_ptr<Canceler> Canceler::New(const std::shared_ptr<Canceler>& parent, std::optional<absl::Time> deadline) {
  auto child = std::make_shared<Canceler>(Key(), parent, deadline, MakeChan<Unit>(), nullptr);
  if (parent != nullptr) parent->Adopt(child);
  return child;
}

std::shared_ptr<Canceler> Canceler::NewAfterFunc(const std::shared_ptr<Canceler>& parent,
                                                 absl::AnyInvocable<void()> f) {
  auto leaf = std::make_shared<Canceler>(Key(), parent, std::nullopt, Chan<Unit>(), std::move(f));
  if (parent != nullptr) parent->Adopt(leaf);
  return leaf;
}

void Canceler::Adopt(const std::shared_ptr<Canceler>& child) {
  {
    std::lock_guard lock(mutex_);
    if (!canceled_.load(std::memory_order_relaxed)) {
      children_.insert(child);
      return;
    }
  }
  child->Cancel(err_, cause_);  // neither changes any more
}

void Canceler::Cancel(const absl::Status& err, const absl::Status& cause) noexcept {
  // All that are locked, parents before children. No recursion: the tree may be deeper than a goroutine's stack allows.
  std::vector<std::shared_ptr<Canceler>> subtree = {shared_from_this()};
  for (std::size_t i = 0; i < subtree.size(); ++i) {
    Canceler* const canceler = subtree[i].get();
    canceler->mutex_.Lock();
    canceler->MarkCanceled(err, cause, &subtree);
  }
  for (const auto& canceler : subtree) canceler->mutex_.Unlock();
  for (const auto& canceler : subtree) canceler->StopTimer();
  Detach();
}

// Cancels this one alone, unless it has been, and moves its children to the end of `subtree`.
// Locks: mutex_ held.
void Canceler::MarkCanceled(const absl::Status& err, const absl::Status& cause,
                            std::vector<std::shared_ptr<Canceler>>* subtree) {
  if (canceled_.load(std::memory_order_relaxed)) return;
  err_ = err;
  cause_ = cause;
  // Release: publishes err_ and cause_; pairs with the acquire in Err() and Cause().
  canceled_.store(true, std::memory_order_release);
  if (done_) done_.Close();
  if (on_cancel_) Go(std::exchange(on_cancel_, nullptr));
  subtree->insert(subtree->end(), children_.begin(), children_.end());
  children_.clear();
}

absl::Status Canceler::Err() const {
  if (!canceled_.load(std::memory_order_acquire)) return absl::OkStatus();
  std::lock_guard lock(mutex_);  // done_ is closed before it is free again
  return err_;
}

absl::Status Canceler::Cause() const {
  if (!canceled_.load(std::memory_order_acquire)) return absl::OkStatus();
  std::lock_guard lock(mutex_);
  return cause_;
}

void Canceler::StartTimer(absl::Duration timeout, const absl::Status& cause) {
  const absl::Status err = absl::DeadlineExceededError("context deadline exceeded");
  if (timeout <= absl::ZeroDuration()) return Cancel(err, cause.ok() ? err : cause);
  std::lock_guard lock(mutex_);  // a timer that fires at once finds itself in timer_
  if (canceled_.load(std::memory_order_relaxed)) return;
  timer_ = AfterFunc(timeout,
                     [self = shared_from_this(), err, cause = cause.ok() ? err : cause] { self->Cancel(err, cause); });
}

void Canceler::StopTimer() {
  std::optional<Timer> timer;
  {
    std::lock_guard lock(mutex_);
    timer.swap(timer_);
  }
  if (timer.has_value()) timer->Stop();
}

void Canceler::ReleaseContext() {
  if (canceled_.load(std::memory_order_acquire)) return;  // out of the tree already
  bool forgotten;
  {
    std::lock_guard lock(mutex_);
    has_context_ = false;
    forgotten = IsForgotten();
  }
  if (forgotten) Detach();
}

bool Canceler::Stop() {
  absl::AnyInvocable<void()> f;  // destroyed without the lock: it is the user's
  {
    std::lock_guard lock(mutex_);
    f = std::exchange(on_cancel_, nullptr);
  }
  if (!f) return false;
  Detach();
  return true;
}

// Takes `child` out; returns whether this one is to be detached as well.
bool Canceler::Disown(const Canceler* child) {
  std::lock_guard lock(mutex_);
  return children_.erase(child) != 0 && IsForgotten();
}

// Takes this out of its parent, and every ancestor that nobody could notice any more out of its own.
// Locks: none held; those of the ancestors are taken one at a time.
void Canceler::Detach() {
  std::shared_ptr<Canceler> canceler = shared_from_this();
  for (;;) {
    canceler->StopTimer();
    std::shared_ptr<Canceler> parent = canceler->parent_.lock();
    if (parent == nullptr || !parent->Disown(canceler.get())) return;
    canceler = std::move(parent);
  }
}

}  // namespace gort::internal
