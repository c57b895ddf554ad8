// Timers: a function to be called at a time.
//
// A timer's memory is its user's: a stack frame (Sleep, a select's Timeout), a field of a larger object (a channel, a
// connection). Each P has a heap of the timers that were started on it, and the scheduler runs those that are due. The
// contract in one sentence: the memory may go once timerstopwait has returned (for a sleeper's: once it was woken).
//
//                 timermodify, timerreset               due
//     stopped    ------------------------->  waiting    ------>  stopped (a periodic one: waiting for its next phase),
//     when == 0  <-------------------------  when > 0            and ++running, f() without a lock, --running
//                       timerstop
//
// `running` is apart from the two states: f may run while the timer is stopped or started again, even twice at a time.
//
// One lock serves: that of the timer's *home*, the heap it is in or was in last (t->ts). It guards every field of the
// timer. Home changes in two places. A timer that is in no heap moves to the heap of whoever starts it. And timermove
// takes the timers of a P that goes away to another's. (A bubble's timers stay at home: a heap with a clock is never
// left.) Both change t->ts under the old home's lock, so who has locked a home and still finds it to be t's home may go
// on (lockhome in timer.cc).
//
// Rejected: Go's lazy deletion, where a stopped timer stays in the heap as a zombie and a timer that is put off keeps
// its early entry. It saves the removal of timers that most programs stop long before they are due, and wants a lock
// per timer beside the heap's, counts of zombies and sweeps; and a timer's memory would have to outlive its stop, which
// a stack frame does not. With the place in the heap kept in the timer, removal at once costs what insertion costs,
// about 10 ns: the last entry of a heap takes the place of the removed one and moves by one level, mostly. Rejected
// too: a lock per timer beside the heap's, which doubles the locked operations and gives an order of locks to keep.
#ifndef GORT_RUNTIME_TIMER_TIMER_H_
#define GORT_RUNTIME_TIMER_TIMER_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/timers.h"

namespace gort::runtime {

struct p;

// What a timer calls: `arg` and `seq` are the timer's, delta_ns is how late the call is (>= 0).
// Runs on: mostly g0 of the M that runs the P's timers; a channel's timer also on the goroutine or thread that looks at
// the channel.  Locks: none held.  Blocks: must not.  May goready, start goroutines and use any timer, but for
// timerstopwait of its own one.
using TimerFunc = void (*)(void* arg, std::uintptr_t seq, std::int64_t delta_ns);

// A time that does not come: the clock would have to run for 292 years.
inline constexpr std::int64_t maxWhen = INT64_MAX;

// timer::index of a timer that is in no heap.
inline constexpr std::uint32_t kNotInHeap = UINT32_MAX;

// Initialized by timerinit; not copied or moved while it is waiting or running.
// Source: Go 1.27 runtime.timer.
struct timer {
  // Home. Writers: with the old home's lock, see above. Readers: any.
  std::atomic<timers*> ts;

  // ---- Guard: the lock of home. ----

  // Its place in ts->heap; kNotInHeap.
  std::uint32_t index;
  // Decides among timers that are due at the same time; from the scheduler's random numbers at each start.
  std::uint32_t rand;
  // When f is to be called, ns; 0: stopped. A waiting timer is in the heap if and only if blocked > 0.
  std::int64_t when;
  // Ns from one call to the next; 0: once.
  std::int64_t period;
  // Null: a sleeper's. When it is due, the goroutine `arg` is made ready, and the timer is not touched any more: the
  // frame that it lies in may be gone. So the sleeper need not ask, by timerstopwait, whether the thread that woke it
  // is out of goready; that can take as long as a futex call, if it wakes another M and that is quick.
  TimerFunc f;
  void* arg;
  // Handed to f; for who must know which start a call belongs to.
  std::uintptr_t seq;
  // Who wants the call to come by itself. 1 for ever, except in a channel's timer (timerchan.h): there, the number of
  // goroutines that wait on the channel, for nobody else can tell whether f was called yet.
  std::uint32_t blocked;
  // Calls of f in progress.
  std::uint32_t running;
};
static_assert(sizeof(timer) == 64, "one cache line");

// Makes *t a stopped timer that will call f(arg, ...). If the caller is in a synctest bubble, the timer is of the
// bubble for ever: its home is the bubble's heap, its clock the bubble's.
// Runs on: any.  Blocks: never.
void timerinit(timer* t, TimerFunc f, void* arg);

// Sets all of the timer anew and starts it: f(arg, seq, late) is called at `when`, and every period_ns from then on if
// that is above 0. True if it was waiting: a call that would have come does not. A call in progress goes on.
// Runs on: any.  Blocks: never.  Locks: takes the home's; a channel's lock may be held.  After it, another thread may
// run f at once: who starts a timer in a frame that f's doing gives up must not touch it again.
// Units: ns of t's clock (timerafter). `when` at or below 0 has passed: f is called as soon as possible.
// Source: Go 1.27 runtime.(*timer).modify.
bool timermodify(timer* t, std::int64_t when, std::int64_t period_ns, TimerFunc f, void* arg, std::uintptr_t seq);

// The same with the f, arg and seq that it has. Source: Go 1.27 runtime.(*timer).reset.
bool timerreset(timer* t, std::int64_t when, std::int64_t period_ns);

// Stops it. True if it was waiting: the call that would have come does not. False: it was stopped, or a call is in
// progress or over.
// Runs on: any.  Blocks: never.  Locks: takes the home's; a channel's lock may be held.
// Source: Go 1.27 runtime.(*timer).stop.
bool timerstop(timer* t);

// The same, for who must know more: *running tells whether a call is in progress.
bool timerstop(timer* t, bool* running);

// Stops it and waits until no call of f is in progress: afterwards nothing in the runtime refers to *t.
// Returns what timerstop does.
// Runs on: G | a plain thread, but not inside t's own f.  Blocks: G, by yielding, for as long as a call takes; calls
// are short.
// Locks: none held.
bool timerstopwait(timer* t);

// When d_ns will have passed, by the clock of timers that the caller makes: its bubble's or CLOCK_MONOTONIC. maxWhen if
// that is more than there is. d_ns below 0 counts as 0.
// Runs on: any.  Blocks: never.  Source: Go 1.27 time.when.
std::int64_t timerafter(std::int64_t d_ns);

// The same by the clock of t, which the caller may have found already made.
std::int64_t timerafter(const timer* t, std::int64_t d_ns);

// Whether t is of a synctest bubble that the caller is not in: there is nothing that it may do with it but timerstop
// and timerstopwait.
// Runs on: any.  Blocks: never.
bool outsidebubble(const timer* t);

// Calls what is due at `now`, in the order of `when`. May run on several threads at once for one heap.
// A periodic timer is called once, however many periods it missed. What f starts with a time up to `now` belongs to the
// same pass, so f must not start its own timer like that each time.
// Runs on: g0 | any thread.  Blocks: never.  Locks: takes ts->lock, lets go of it around each call.
// Source: Go 1.27 runtime.(*timers).run.
void timersrun(timers* ts, std::int64_t now);

// ---- The scheduler's side of it (runtime/sched/hooks.h) -------------------------------------------------------------

// timersrun for a P.
// Runs on: g0 of the M that holds pp, or of one that looks for work while pp is busy.  Blocks: never.
void timerrun(p* pp, std::int64_t now);

// Moves all timers of `from`, which is to run no more goroutines, to `to`.
// Runs on: the M that changes the number of Ps, with the world stopped.  Locks: takes those of both heaps; nobody else
// takes two.
// Source: Go 1.27 runtime.(*timers).take.
void timermove(p* from, p* to);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_TIMER_TIMER_H_
