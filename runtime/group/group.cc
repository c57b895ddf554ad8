#include "gort/runtime/group/group.h"

#include <exception>
#include <mutex>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gort/runtime/group/run.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sync/cond.h"
#include "gort/runtime/sync/mutex.h"

namespace gort {

struct Group::State {
  explicit State(std::pair<Context, CancelCauseFunc> made)
      : context(std::move(made.first)), cancel(std::move(made.second)) {}

  bool Full() const { return limit >= 0 && active >= limit; }
  void Fail(absl::Status failure, std::exception_ptr thrown);
  void Leave();
  void WaitForAll();

  const Context context;
  const CancelCauseFunc cancel;

  Mutex mutex;
  Cond room{mutex};   // signalled when one may start
  Cond empty{mutex};  // signalled when none is active
  // Below: guarded by mutex.
  std::int64_t active = 0;
  std::int64_t limit = -1;
  absl::Status status;           // the first that was not OK
  std::exception_ptr exception;  // the first
};

namespace {

// What context().Cause() says of an exception.
absl::Status StatusOf(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    return absl::UnknownError(absl::StrCat("exception: ", e.what()));
  } catch (...) {
    return absl::UnknownError("exception");
  }
}

}  // namespace

// Keeps what failed first, and ends the context.
void Group::State::Fail(absl::Status failure, std::exception_ptr thrown) {
  {
    std::lock_guard lock(mutex);
    if (status.ok()) status = failure;
    if (exception == nullptr) exception = std::move(thrown);
  }
  cancel(failure);  // of several only the first counts
}

// One goroutine less.
void Group::State::Leave() {
  std::lock_guard lock(mutex);
  --active;
  room.Signal();
  if (active == 0) empty.Broadcast();
}

void Group::State::WaitForAll() {
  std::lock_guard lock(mutex);
  while (active != 0) empty.Wait();
}

Group::Group(const Context& parent) : state_(std::make_shared<State>(WithCancelCause(parent))) {}

Group::~Group() {
  state_->cancel(absl::OkStatus());
  state_->WaitForAll();
}

void Group::Take() {
  std::lock_guard lock(state_->mutex);
  while (state_->Full()) state_->room.Wait();
  ++state_->active;
}

bool Group::TryTake() {
  std::lock_guard lock(state_->mutex);
  if (state_->Full()) return false;
  ++state_->active;
  return true;
}

void Group::Leave() { state_->Leave(); }

void Group::StartFunction(Function function, SourceLocation where) {
  gort::Go(
      [state = state_, f = std::optional<Function>(std::move(function))]() mutable {
        // Goexit comes here too. The function's captures go first: they may refer to what goes when Wait has returned.
        const internal::AtEnd leave([&] {
          f.reset();
          state->Leave();
        });
        absl::Status status;
        std::exception_ptr exception = internal::RunCatching([&] { status = (*f)(); });
        if (exception != nullptr) status = StatusOf(exception);
        if (!status.ok()) state->Fail(std::move(status), std::move(exception));
      },
      where);
}

void Group::SetLimit(std::int64_t n) {
  std::lock_guard lock(state_->mutex);
  if (state_->active != 0) {
    throw PanicError(
        absl::StrCat("errgroup: modify limit while ", state_->active, " goroutines in the group are still active"));
  }
  state_->limit = n;
  state_->room.Broadcast();
}

absl::Status Group::Wait() {
  state_->WaitForAll();
  std::exception_ptr exception;
  absl::Status status;
  {
    std::lock_guard lock(state_->mutex);
    status = state_->status;
    exception = state_->exception;
  }
  state_->cancel(status);
  if (exception != nullptr) std::rethrow_exception(exception);
  return status;
}

const Context& Group::context() const { return state_->context; }

}  // namespace gort
