#include "gort/runtime/net/pipe.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/net/oserror.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/sync/once.h"
#include "gort/runtime/time/time.h"

namespace gort::net {

namespace {

const std::string& PipeName() {
  static const std::string name = "pipe";
  return name;
}

bool IsClosed(const Chan<Unit>& c) { return c.TryRecv().status == RecvStatus::kClosed; }

// A deadline as a channel that is closed when it has passed. One that has not passed may be moved, and keeps its channel.
// Source: Go 1.27 net.pipeDeadline.
class Deadline : public std::enable_shared_from_this<Deadline> {
 public:
  void Set(absl::Time t) {
    std::lock_guard<Mutex> hold(mutex_);
    ++generation_;
    if (timer_.has_value()) timer_->Stop();
    timer_.reset();
    const bool none = t == absl::Time() || t == absl::InfiniteFuture();
    const absl::Duration left = t - Now();
    const bool past = !none && left <= absl::ZeroDuration();
    if (!past && IsClosed(passed_)) passed_ = MakeChan<Unit>();
    if (past && !IsClosed(passed_)) passed_.Close();
    if (none || past) return;
    timer_ = AfterFunc(left, [weak = weak_from_this(), mine = generation_] {
      if (const std::shared_ptr<Deadline> self = weak.lock()) self->Pass(mine);
    });
  }
  Chan<Unit> passed() {
    std::lock_guard<Mutex> hold(mutex_);
    return passed_;
  }

 private:
  void Pass(std::uint64_t generation) {
    std::lock_guard<Mutex> hold(mutex_);
    if (generation == generation_ && !IsClosed(passed_)) passed_.Close();
  }

  Mutex mutex_;
  std::uint64_t generation_ = 0;  // a timer of an earlier one that could not be stopped does nothing
  Chan<Unit> passed_ = MakeChan<Unit>();
  std::optional<Timer> timer_;
};

// One direction: the writer offers what is left, the reader says how much it took.
struct Lane {
  Chan<std::string_view> offers = MakeChan<std::string_view>();
  Chan<std::size_t> taken = MakeChan<std::size_t>();
};

absl::Status ClosedPipe() { return absl::CancelledError("io: read/write on closed pipe"); }
absl::Status TimedOut(std::string_view op) {
  return internal::OpError({op, "pipe", "", ""}, absl::StatusCode::kDeadlineExceeded, "i/o timeout");
}

class PipeEnd final : public internal::ConnImpl {
 public:
  PipeEnd(Lane in, Lane out, Chan<Unit> mine, Chan<Unit> other)
      : in_(std::move(in)), out_(std::move(out)), closed_(std::move(mine)), other_closed_(std::move(other)) {}
  ~PipeEnd() override { (void)Close(); }

  absl::StatusOr<std::size_t> Read(std::span<char> into) override {
    for (;;) {
      const Chan<Unit> passed = read_deadline_->passed();
      if (IsClosed(closed_)) return ClosedPipe();
      if (IsClosed(other_closed_)) return 0;
      if (IsClosed(passed)) return TimedOut("read");
      std::optional<std::string_view> offer;
      switch (Select(Recv(in_.offers, offer), Recv(closed_), Recv(other_closed_), Recv(passed))) {
        case 0: break;
        case 1: return ClosedPipe();
        case 2: return 0;
        default: return TimedOut("read");
      }
      // The writer stays until it has heard: its bytes are there.
      const std::size_t n = std::min(into.size(), offer->size());
      if (n != 0) std::memcpy(into.data(), offer->data(), n);
      in_.taken.Send(n);
      // A Write of nothing has met its reader, but 0 would tell it that the other end is closed. (Go has io.EOF for that.)
      if (n != 0 || into.empty()) return n;
    }
  }

  absl::StatusOr<std::size_t> Write(std::string_view text) override {
    std::lock_guard<Mutex> turn(write_turn_);
    return WriteInTurn(text);
  }

  absl::StatusOr<std::size_t> Writev(std::span<const std::string_view> texts) override {
    std::lock_guard<Mutex> turn(write_turn_);
    std::size_t total = 0;
    for (const std::string_view text : texts) {
      if (text.empty()) continue;
      absl::StatusOr<std::size_t> n = WriteInTurn(text);
      if (!n.ok()) return n;
      total += *n;
    }
    return total;
  }

  absl::Status CloseRead() override { return absl::UnimplementedError("close pipe: a pipe has no halves to close"); }
  absl::Status CloseWrite() override { return CloseRead(); }

  absl::Status Close() override {
    close_once_.Do([this] { closed_.Close(); });
    return absl::OkStatus();  // as Go, also the second time
  }

  absl::Status SetDeadlines(bool read, bool write, absl::Time t) override {
    if (IsClosed(closed_) || IsClosed(other_closed_)) return ClosedPipe();
    if (read) read_deadline_->Set(t);
    if (write) write_deadline_->Set(t);
    return absl::OkStatus();
  }

  const std::string& LocalAddr() const override { return PipeName(); }
  const std::string& RemoteAddr() const override { return PipeName(); }
  int fd() const override { return -1; }

 private:
  // At least one offer, so that a Write of nothing waits for a reader, as in Go.
  absl::StatusOr<std::size_t> WriteInTurn(std::string_view text) {
    const Chan<Unit> passed = write_deadline_->passed();
    if (IsClosed(closed_) || IsClosed(other_closed_)) return ClosedPipe();
    if (IsClosed(passed)) return TimedOut("write");
    std::string_view left = text;
    do {
      switch (Select(Send(out_.offers, left), Recv(closed_), Recv(other_closed_), Recv(passed))) {
        case 0: left.remove_prefix(*out_.taken.Recv()); break;
        case 1:
        case 2: return ClosedPipe();
        default: return TimedOut("write");
      }
    } while (!left.empty());
    return text.size();
  }

  const Lane in_;
  const Lane out_;
  Chan<Unit> closed_;
  Chan<Unit> other_closed_;
  Once close_once_;
  Mutex write_turn_;
  const std::shared_ptr<Deadline> read_deadline_ = std::make_shared<Deadline>();
  const std::shared_ptr<Deadline> write_deadline_ = std::make_shared<Deadline>();
};

}  // namespace

std::pair<Conn, Conn> Pipe() {
  const Lane there;
  const Lane back;
  const Chan<Unit> a_closed = MakeChan<Unit>();
  const Chan<Unit> b_closed = MakeChan<Unit>();
  return {Conn(std::make_shared<PipeEnd>(back, there, a_closed, b_closed)),
          Conn(std::make_shared<PipeEnd>(there, back, b_closed, a_closed))};
}

}  // namespace gort::net
