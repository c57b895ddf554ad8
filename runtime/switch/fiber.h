// Tells AddressSanitizer and ThreadSanitizer that a thread goes to another stack. Without them all of this is nothing.
//
// ASan keeps the bounds of the current stack and, for use-after-return, a fake stack beside it: both change with each
// switch, in two halves, one before on the old stack and one after on the new. TSan keeps a shadow call stack and a
// vector clock for each "fiber"; the change is one call directly before the switch.
// With --config=race switches order nothing for TSan: race.h says what does.
//
// g.racectx holds what the tool keeps for a goroutine that is not running: ASan's fake stack, or TSan's fiber.
#ifndef GORT_RUNTIME_SWITCH_FIBER_H_
#define GORT_RUNTIME_SWITCH_FIBER_H_

#include "gort/gstruct/g.h"
#include "gort/gstruct/gobuf.h"
#include "gort/gstruct/sanitizers.h"

#define GORT_FIBER_HOOKS (GORT_ASAN || GORT_TSAN)

namespace gort::runtime::fiber {

#if GORT_FIBER_HOOKS

// The thread will be on to's stack next.
// Runs on: from's stack, with nothing but the switch to follow.
void Leave(g* from, g* to);
// We are on gp's stack now, for the first time or again.
// Runs on: gp's stack.
void Arrive(g* gp);

// Makes what the tool keeps for a goroutine that will start, and forgets what it knows of the stack's last owner. Before
// the closure is made. Adopt does so for a thread's own stack, whose g0 this is.
// Runs on: any; Adopt: the thread itself.
void Create(g* gp);
void Adopt(g* g0);
// Says that gp's next switch is its last. Runs on: gp.
void Retire(g* gp);
// Drops what the tool keeps for gp, which has left for the last time. Runs on: g0.
void Destroy(g* gp);

#if GORT_ASAN
// Holds the threads while LeakSanitizer looks: one that is about to go to a goroutine waits until the check is over, in AwaitLeakCheck.
// To be called by the check itself, which has LeakSanitizer's lock: that lock is what they wait for. Rejected: to hold who leaves a
// goroutine as well. It may have a lock of the runtime that another one needs to get to where it is held.
void BeginLeakCheck();
// How many of those that wait have a goroutine that counts as running.
int HeldByLeakCheck();
// Waits for the end of a check that is under way. Runs on: any, without a lock of the runtime.
void AwaitLeakCheck(g* self);
#else
inline void AwaitLeakCheck(g*) {}
#endif

// mcall and systemstack with the two halves in their places.
void Mcall(void (*raw)(const gobuf* (*)(g*, void*), void*), const gobuf* (*fn)(g*, void*), void* arg);
void Systemstack(void (*raw)(void (*)(void*), void*), void (*fn)(void*), void* arg);

#else

inline void Leave(g*, g*) {}
inline void Arrive(g*) {}
inline void Create(g*) {}
inline void Adopt(g*) {}
inline void Retire(g*) {}
inline void Destroy(g*) {}
inline void AwaitLeakCheck(g*) {}

#endif

}  // namespace gort::runtime::fiber

#endif  // GORT_RUNTIME_SWITCH_FIBER_H_
