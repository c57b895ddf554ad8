// Semaphores that are only a word: what every primitive of package sync waits on.
//
//     semacquire1(addr): *addr > 0 ? --*addr : wait        semrelease1(addr): ++*addr, wake the first who waits
//
// The word knows nothing of its waiters. They stand in a table, in the bucket of the word's address:
//
//     semtable[251] --> { lock, nwait, tree of addresses, each with its waiters in order }
//
// so that a sync.Mutex is 8 bytes, and costs the table nothing while nobody waits.
//
// The lost wake-up, and the order that closes it. One side says "I wait" and then looks at the count, the other raises the
// count and then looks whether somebody waits:
//
//     semacquire1:  lock; ++nwait; *addr > 0?              semrelease1:  ++*addr; nwait > 0?
//
// Both sides use sequentially consistent operations, so at least one sees the other: either the waiter takes the count, or the
// releaser sees nwait > 0 and takes the lock, behind which the waiter is in the tree or has gone away with a count.
//
// A count that is released is anybody's: a newcomer may take it before the woken waiter does, which then waits again. With
// `handoff` the releaser takes the count on behalf of the waiter (sudog.ticket = 1) and lets it run at once.
//
// When the word may be freed. semrelease1 touches *addr once, in the addition that lets somebody go on, and later only while
// a waiter that it woke has not yet returned. So a semaphore may be destroyed as soon as those whom it let go on say so.
// (If the address is in use again, a waiter of the new semaphore may be woken for nothing: it waits again.)
//
// Source: Go 1.27 runtime.semacquire1, runtime.semrelease1, runtime.semtable.
#ifndef GORT_RUNTIME_SEMA_SEMA_H_
#define GORT_RUNTIME_SEMA_SEMA_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/waitreason.h"

namespace gort::runtime {

// Waits until *addr > 0 and takes one from it. First come first served among those who wait; with `lifo` the caller goes to
// the front, which is for one that has waited before.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: G (a plain thread: the thread).  Locks: none held on entry.
// Source: Go 1.27 runtime.semacquire1.
void semacquire1(std::atomic<std::uint32_t>* addr, bool lifo, WaitReason reason);

// Adds one to *addr and makes the first who waits on it runnable. With `handoff` that one gets the count for certain, and the
// time slice: the caller goes to the end of its P's queue.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: never for a count; with `handoff` it yields.  Locks: none held on entry.
// Source: Go 1.27 runtime.semrelease1.
void semrelease1(std::atomic<std::uint32_t>* addr, bool handoff);

// Whether somebody holds the lock of addr's bucket. For leak reports, while every thread stands still: then who waits on addr is
// in the tree, g.waiting with elem set, or is about to be woken.
// Runs on: any.  Blocks: never.
bool sematouched(const void* addr);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SEMA_SEMA_H_
