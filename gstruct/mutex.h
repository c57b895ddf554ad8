// The runtime's own lock and its one-shot event, as they lie in memory.
//
// Both are embedded in g, m, p, hchan and schedt, so they are layer 0: a word, no behaviour. The operations are in
// //runtime/lock. They stop the *thread*, never the goroutine: code that may wait long uses the packages above.
// Source: Go 1.27 runtime.mutex, runtime.note (8 bytes each; Go's lockRankStruct is empty in a release build).
#ifndef GORT_GSTRUCT_MUTEX_H_
#define GORT_GSTRUCT_MUTEX_H_

#include <atomic>
#include <cstdint>

namespace gort::runtime {

// Mutual exclusion between threads. All zero bytes is an unlocked mutex: static storage needs no constructor.
struct mutex {
  // 0 unlocked, 1 locked, 2 locked and perhaps with sleepers. The low 32 bits are the futex word.
  // Writers: any thread, in lock(), trylock() and unlock() only. Readers: the same. Guard: itself.
  std::atomic<uintptr_t> key;
};

// A one-shot event between threads: one sleeper, one waker, then noteclear. All zero bytes is a cleared note.
struct note {
  // 0 cleared, 1 woken. The low 32 bits are the futex word.
  // Writers: the waker (notewakeup), the owner between two uses (noteclear). Reader: the one sleeper.
  std::atomic<uintptr_t> key;
};

static_assert(sizeof(mutex) == sizeof(uintptr_t), "a mutex is one word, as in Go 1.27");
static_assert(sizeof(note) == sizeof(uintptr_t), "a note is one word, as in Go 1.27");

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_MUTEX_H_
