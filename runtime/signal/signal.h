// Signals as values of a channel.
//
//     gort::Chan<int> c = gort::MakeChan<int>(1);
//     gort::signal::Notify(c, SIGINT, SIGTERM);
//     int sig = *c.Recv();
//
//     auto [ctx, stop] = gort::signal::NotifyContext(gort::Background(), SIGINT, SIGTERM);
//     Serve(ctx);                                             // ends when the first of them comes
//     stop();                                                 // the second kills again
//
// Go's rules. A signal that nobody asked for does what it did before: SIGINT and SIGTERM kill, SIGQUIT dumps all goroutines, and what
// the program was started with as ignored (nohup: SIGHUP) stays ignored. A channel that is full misses the signal, for the sender never
// waits: one place is enough for a channel that is for one signal. Signals of one number that come faster than they are taken may
// become one. Who waits for a signal is not deadlocked.
//
//   SIGKILL, SIGSTOP        cannot be caught; asking for them does nothing
//   SIGSEGV, SIGFPE, ...    come only if somebody else sent them: what the program does itself, abort() too, is reported as ever, and
//                           cannot be ignored
//   SIGPIPE                 kills who writes to a pipe that nobody reads, unless asked for or ignored (Go's runtime swallows it, but for
//                           standard output). Sockets of gort::net never raise it
//   SIGURG                  not among "all": gort stops threads with it in order to search for leaks
//   real-time signals       not among "all" (Go has 1 to 64, we 1 to 31). The highest that is free, 62 or below, is gort's own from its first
//                           dump on
//
// The first Notify starts a goroutine that stays, as Go's does; call it outside of synctest's bubbles. A signal that every thread of the
// process blocks does not come; Go unblocks it. In a child after fork nothing is received before exec.
//
// All:  Runs on: any thread, not in a signal handler.  Blocks: G, for others that are in here.
// Source: Go 1.27 package os/signal.
#ifndef GORT_RUNTIME_SIGNAL_SIGNAL_H_
#define GORT_RUNTIME_SIGNAL_SIGNAL_H_

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "gort/runtime/channel/channel.h"
#include "gort/runtime/context/context.h"

namespace gort::signal {

namespace internal {
// What the functions below do with their numbers; none stands for all.
void Notify(const SendChan<int>& c, std::span<const int> signals);
void Ignore(std::span<const int> signals);
void Reset(std::span<const int> signals);
std::pair<Context, std::function<void()>> NotifyContext(const Context& parent, std::span<const int> signals);

// The arguments as an array, which may be empty.
template <class... Signals>
struct Numbers {
  explicit Numbers(Signals... signals) : list{signals..., 0} {}
  std::span<const int> span() const { return {list, sizeof...(Signals)}; }
  const int list[sizeof...(Signals) + 1];
};
}  // namespace internal

// Sends these signals to c from now on; without a number, all. A channel may be given more signals by another call, and a signal goes to
// every channel that was given it.
// Errors: PanicError for a nil channel, and when there is no eventfd to be had.
template <std::same_as<int>... Signals>
void Notify(const SendChan<int>& c, Signals... signals) {
  internal::Notify(c, internal::Numbers(signals...).span());
}

// Ends all Notify of c. When it returns, c gets no more, and has got what came before, if it had room. A signal that no other channel was
// given does again what it did at first.
void Stop(const SendChan<int>& c);

// These do nothing from now on; without a number, all, and what else was asked for. Ends their Notify.
template <std::same_as<int>... Signals>
void Ignore(Signals... signals) {
  internal::Ignore(internal::Numbers(signals...).span());
}

// Whether the signal does nothing: by Ignore, or since the start.
bool Ignored(int sig);

// These do what they did at first; without a number, all, and what else was asked for. Ends their Notify, and their Ignore, which Go's does not.
template <std::same_as<int>... Signals>
void Reset(Signals... signals) {
  internal::Reset(internal::Numbers(signals...).span());
}

// A context that also ends when one of these comes (Cause: Cancelled, "interrupt signal received"), and what ends it otherwise:
// calling that gives the signals back, so it is to be called once no signal is wanted any more. Further calls do nothing.
template <std::same_as<int>... Signals>
[[nodiscard]] std::pair<Context, std::function<void()>> NotifyContext(const Context& parent, Signals... signals) {
  return internal::NotifyContext(parent, internal::Numbers(signals...).span());
}

// Go's words: "interrupt", "killed", "user defined signal 1", "signal 40".
std::string Text(int sig);

}  // namespace gort::signal

#endif  // GORT_RUNTIME_SIGNAL_SIGNAL_H_
