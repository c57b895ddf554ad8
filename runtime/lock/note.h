// One-shot events between threads: how an M sleeps until another M has something for it.
//
//            noteclear            notewakeup
//   (any) ------------> cleared ------------> woken      notesleep returns as soon as the note is woken, also when the
//                          ^                    |        wake-up came first. At most one sleeper, exactly one wake-up
//                          +----- noteclear ----+        per clear.
//
// Source: Go 1.27 runtime.noteclear, notewakeup, notesleep, notetsleep.
#ifndef GORT_RUNTIME_LOCK_NOTE_H_
#define GORT_RUNTIME_LOCK_NOTE_H_

#include <cstdint>

#include "gort/gstruct/mutex.h"

namespace gort::runtime {

// Makes `n` ready for its next use. Nobody may sleep on `n` or be about to wake it.
// Runs on: any.  Needs P: no.  Blocks: never.
void noteclear(note* n);

// Wakes the sleeper of `n`, now or when it comes. Everything written before is visible to the sleeper afterwards. The
// note may be gone when this returns: the futex wake that follows the store may then hit an unrelated word, which is
// harmless because every sleeper here checks its word again.
// Runs on: any.  Needs P: no.  Blocks: never.  Errors: stops the program on a second wake-up without noteclear.
void notewakeup(note* n);

// Sleeps until `n` is woken.
// Runs on: g0 (it stops the thread, so never a user's goroutine).  Needs P: no.  Blocks: M.
void notesleep(note* n);

// Sleeps until `n` is woken (returns true) or `ns` nanoseconds have passed (returns false); ns < 0 waits for ever.
// After false the wake-up may still come: the caller must not noteclear before it knows that no waker is left.
// Runs on: g0.  Needs P: no.  Blocks: M.  Units: nanoseconds of CLOCK_MONOTONIC.
[[nodiscard]] bool notetsleep(note* n, int64_t ns);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_NOTE_H_
