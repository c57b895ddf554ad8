#include "gort/runtime/lock/note.h"

#include <climits>

#include "gort/runtime/lock/futex_word.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {
namespace {

constexpr uintptr_t kCleared = 0;
constexpr uintptr_t kWoken = 1;

bool IsWoken(const note* n) {
  // Acquire: pairs with the release in notewakeup; the sleeper sees what the waker wrote before.
  return n->key.load(std::memory_order_acquire) == kWoken;
}

}  // namespace

void noteclear(note* n) {
  // Relaxed: between two uses the note has one owner, and whatever hands it to the next waker orders this store.
  n->key.store(kCleared, std::memory_order_relaxed);
}

void notewakeup(note* n) {
  // The store before the wake closes the race with a sleeper on its way into the kernel: futex compares the key once
  // more.
  if (n->key.exchange(kWoken, std::memory_order_release) != kCleared) {
    sys::Fatal("notewakeup: the note was already woken; noteclear is missing between two wake-ups");
  }
  sys::FutexWake(FutexWord(&n->key), 1);
}

void notesleep(note* n) {
  while (!IsWoken(n)) sys::FutexWait(FutexWord(&n->key), kCleared, -1);
}

bool notetsleep(note* n, int64_t ns) {
  if (ns < 0) {
    notesleep(n);
    return true;
  }
  if (IsWoken(n)) return true;
  const int64_t now_ns = sys::Nanotime();
  // A deadline beyond the end of time is the end of time (292 years).
  const int64_t deadline_ns = ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + ns;
  for (int64_t left_ns = ns; left_ns > 0; left_ns = deadline_ns - sys::Nanotime()) {
    // May return early, on a signal or for no reason: the remaining time is computed again.
    sys::FutexWait(FutexWord(&n->key), kCleared, left_ns);
    if (IsWoken(n)) return true;
  }
  return false;
}

}  // namespace gort::runtime
