#include "gort/examples/redisd/client.h"

#include <cstdint>
#include <mutex>
#include <span>

#include "absl/time/clock.h"
#include "gort/runtime/goroutine/goroutine.h"

namespace gort::examples::redisd {
namespace {

// As Redis: what is read at once, and so how many commands are answered by one write.
constexpr std::size_t kInputBytes = 16 << 10;
// A buffer that one large reply has made larger than this is given back.
constexpr std::size_t kKeptBytes = 1 << 20;

}  // namespace

void Client::Serve() {
  // On the heap, since thousands of idle connections have small stacks; not zeroed, since most of it is never touched.
  const auto input = std::make_unique_for_overwrite<char[]>(kInputBytes);
  {
    Session session(databases_, this);
    std::string replies;
    while (!session.closing() && AwaitsInput(session)) {
      const absl::StatusOr<std::size_t> n = conn_.Read(std::span(input.get(), kInputBytes));
      if (!n.ok() || *n == 0) break;
      session.Feed(std::string_view(input.get(), *n), absl::ToUnixMillis(absl::Now()), &replies);
      if (!Write(replies)) break;
      replies.clear();
      if (replies.capacity() > kKeptBytes) replies.shrink_to_fit();
    }
  }
  AwaitWriter();
  (void)conn_.Close();
}

// Sets the deadline of the next Read; false if there is to be none.
bool Client::AwaitsInput(const Session& session) {
  std::lock_guard lock(mu_);
  if (stopping_ || broken_) return false;  // a deadline in the past is to stay
  if (options_.idle_timeout > absl::ZeroDuration()) {
    // Subscribers may be silent, as with Redis.
    (void)conn_.SetReadDeadline(session.subscribed() ? absl::InfiniteFuture() : absl::Now() + options_.idle_timeout);
  }
  return true;
}

bool Client::Write(std::string_view replies) {
  if (replies.empty()) return true;
  // Whoever has unsubscribed gets its messages first.
  AwaitWriter();
  return conn_.Write(replies).ok();
}

void Client::AwaitWriter() {
  std::lock_guard lock(mu_);
  while (writing_) written_.Wait();
}

void Client::Deliver(std::string_view bytes) {
  std::lock_guard lock(mu_);
  if (broken_) return;
  if (pending_.size() + bytes.size() > options_.max_pending_bytes) {
    broken_ = true;
    pending_.clear();
    // Ends both goroutines' calls. Close would do it as well, but waits for them.
    (void)conn_.SetDeadline(absl::InfinitePast());
    return;
  }
  pending_.append(bytes);
  if (writing_) return;
  writing_ = true;
  Go([self = shared_from_this()] { self->WritePending(); });
}

void Client::WritePending() {
  std::string bytes;
  std::unique_lock lock(mu_);
  while (!pending_.empty() && !broken_) {
    bytes.clear();
    bytes.swap(pending_);
    lock.unlock();
    const bool ok = conn_.Write(bytes).ok();
    lock.lock();
    if (ok) continue;
    broken_ = true;
    pending_.clear();
    (void)conn_.SetDeadline(absl::InfinitePast());
  }
  writing_ = false;
  written_.Broadcast();
}

void Client::Stop(absl::Time deadline) {
  std::lock_guard lock(mu_);
  stopping_ = true;
  (void)conn_.SetReadDeadline(absl::InfinitePast());
  (void)conn_.SetWriteDeadline(deadline);
}

}  // namespace gort::examples::redisd
