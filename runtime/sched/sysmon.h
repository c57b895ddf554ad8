// sysmon: a thread without a P that watches the others.
//
//   every 20 us to 10 ms, the longer the less there is to do:
//     Ps whose goroutine computes for 10 ms, or blocks its thread: taken and handed on, if anybody waits for one
//     the network, if nobody has looked for 10 ms
//   while every P is idle: a deep sleep, which the first M that gets a P ends; before it
//     the memory of dead goroutines goes back to the kernel
//     the deadlock check (checkdead.h), repeated more and more rarely as long as only a thread that gort does not know might
//     still wake somebody
//
// It also starts threads for those who should not (machine.h, newm).
// Source: Go 1.27 runtime.sysmon, retake.
#ifndef GORT_RUNTIME_SCHED_SYSMON_H_
#define GORT_RUNTIME_SCHED_SYSMON_H_

namespace gort::runtime {

// Starts sysmon's thread, the first time. A program with one goroutine that never waits has none.
// Runs on: any.  Blocks: never.
void startsysmon();

// Ends sysmon's sleep, if it sleeps.
// Runs on: any.  Blocks: never.
void wakesysmon();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_SYSMON_H_
