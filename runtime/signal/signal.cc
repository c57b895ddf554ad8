#include "gort/runtime/signal/signal.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/netpoll/descriptor.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/signal/sigqueue.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::signal {

namespace {

using internal::IsCatchable;
using runtime::sys::SigBit;
using runtime::sys::SigsetBits;

constexpr int kMaxSignal = 64;
constexpr int kMaxStandardSignal = 31;

// Who gets what.
struct Handler {
  SendChan<int> c;
  SigsetBits wanted;
};

struct State {
  Mutex mu;
  std::vector<Handler> handlers;  // guard: mu
  bool receiving = false;         // guard: mu
  netpoll::Descriptor wakeup;     // an eventfd; open once `receiving`

  SigsetBits Wanted() const {
    SigsetBits all = 0;
    for (const Handler& h : handlers) all |= h.wanted;
    return all;
  }
};

// Never destroyed: the goroutine goes on while the program ends.
State& TheState() {
  static State& state = *new State;
  return state;
}

SigsetBits SetOf(std::span<const int> signals) {
  SigsetBits set = 0;
  for (const int sig : signals) {
    if (IsCatchable(sig)) set |= SigBit(sig);
  }
  if (!signals.empty()) return set;
  for (int sig = 1; sig <= kMaxStandardSignal; ++sig) {
    if (IsCatchable(sig) && sig != runtime::sys::kSIGURG) set |= SigBit(sig);
  }
  return set;
}

// Of Ignore and Reset: without a number also every real-time signal that somebody asked for.  Locks: s.mu held.
SigsetBits TakenBy(const State& s, std::span<const int> signals) { return SetOf(signals) | (signals.empty() ? s.Wanted() : 0); }

template <class F>
void ForEach(SigsetBits set, F f) {
  for (int sig = 1; sig <= kMaxSignal; ++sig) {
    if ((set & SigBit(sig)) != 0) f(sig);
  }
}

// Hands out what has come.  Locks: s.mu held.
void Deliver(State& s) {
  const SigsetBits came = internal::signal_recv();
  if (came == 0) return;
  for (const Handler& h : s.handlers) {
    ForEach(came & h.wanted, [&](int sig) { h.c.TrySend(sig); });
  }
}

// The goroutine that receives.
void Receive(State& s) {
  std::uint64_t count;
  while (s.wakeup.Read(&count, sizeof(count)) > 0) {
    const std::lock_guard hold(s.mu);
    Deliver(s);
  }
}

// Locks: s.mu held.
void StartReceiving(State& s) {
  if (s.receiving) return;
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw PanicError(absl::StrCat("os/signal: no eventfd: ", strerror(errno)));
  if (const long failed = s.wakeup.Open(fd); failed != 0) {
    close(fd);
    throw PanicError(absl::StrCat("os/signal: no poller: ", strerror(static_cast<int>(-failed))));
  }
  internal::SetWakeupFd(fd);
  s.receiving = true;
  Go({.name = "os/signal.loop"}, [&s] { Receive(s); });
}

// Takes `set` from all channels, which have got what came before, and gives each signal another action.
// Handlers that have begun are waited for; one whose first instruction the kernel has not reached yet counts as after us, and what it
// has is lost. Nobody can tell it from a signal that came later.
// Locks: s.mu held.
template <class F>
void TakeAway(State& s, SigsetBits set, F change_action) {
  ForEach(set, change_action);
  while (internal::signal_delivering()) Gosched();
  Deliver(s);
  for (Handler& h : s.handlers) h.wanted &= ~set;
  std::erase_if(s.handlers, [](const Handler& h) { return h.wanted == 0; });
}

}  // namespace

namespace internal {

void Notify(const SendChan<int>& c, std::span<const int> signals) {
  if (c == SendChan<int>()) throw PanicError("os/signal: Notify using nil channel");
  State& s = TheState();
  const std::lock_guard hold(s.mu);
  StartReceiving(s);
  const SigsetBits set = SetOf(signals);
  const SigsetBits before = s.Wanted();
  auto mine = std::find_if(s.handlers.begin(), s.handlers.end(), [&](const Handler& h) { return h.c == c; });
  if (mine == s.handlers.end()) mine = s.handlers.insert(mine, {c, 0});
  mine->wanted |= set;
  ForEach(set & ~before, signal_enable);
}

void Ignore(std::span<const int> signals) {
  State& s = TheState();
  const std::lock_guard hold(s.mu);
  // A fault would come back at once and for ever, and abort() promises an end: ignoring those is left undone, as in Go.
  TakeAway(s, TakenBy(s, signals) & ~(runtime::sys::kSynchronousSignals | SigBit(runtime::sys::kSIGABRT)), signal_ignore);
}

void Reset(std::span<const int> signals) {
  State& s = TheState();
  const std::lock_guard hold(s.mu);
  TakeAway(s, TakenBy(s, signals), signal_disable);
}

std::pair<Context, std::function<void()>> NotifyContext(const Context& parent, std::span<const int> signals) {
  auto [ctx, cancel] = WithCancelCause(parent);
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, signals);
  Go([ctx = ctx, cancel = cancel, c] {
    std::optional<int> sig;
    if (Select(Recv(c, sig), Recv(ctx.Done())) == 0)
      cancel(absl::CancelledError(absl::StrCat(Text(*sig), " signal received")));
  });
  return {ctx, [cancel = cancel, c] {
            cancel(absl::OkStatus());
            Stop(c);
          }};
}

}  // namespace internal

void Stop(const SendChan<int>& c) {
  State& s = TheState();
  const std::lock_guard hold(s.mu);
  SigsetBits mine = 0;
  SigsetBits others = 0;
  for (const Handler& h : s.handlers) (h.c == c ? mine : others) |= h.wanted;
  if (mine == 0) return;
  TakeAway(s, mine & ~others, internal::signal_disable);
  std::erase_if(s.handlers, [&](const Handler& h) { return h.c == c; });
}

bool Ignored(int sig) {
  State& s = TheState();
  const std::lock_guard hold(s.mu);
  return IsCatchable(sig) && internal::signal_ignored(sig);
}

std::string Text(int sig) {
  const char* known = sigdescr_np(sig);
  if (known == nullptr) return absl::StrCat("signal ", sig);
  std::string text = known;
  if (text.size() > 1 && text[1] != '/')
    text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));  // "I/O possible"
  return text;
}

}  // namespace gort::signal
