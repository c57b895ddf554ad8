// Is anybody left who could make a goroutine run?
#ifndef GORT_RUNTIME_SCHED_CHECKDEAD_H_
#define GORT_RUNTIME_SCHED_CHECKDEAD_H_

namespace gort::runtime {

// Stops the program when nobody is: no M runs, no timer is set, nobody waits for the network, and every other thread of the
// process waits in one of our primitives. Go gives up on this check in every cgo program; counting threads lets us keep it.
// Returns whether only a thread that gort does not know keeps the program alive: then it is worth asking again.
// Runs on: sysmon.  Locks: takes sched.lock.
// Errors: "all goroutines are asleep - deadlock!", "no goroutines (main called runtime.Goexit) - deadlock!".
// Source: Go 1.27 runtime.checkdead.
bool checkdead();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_CHECKDEAD_H_
