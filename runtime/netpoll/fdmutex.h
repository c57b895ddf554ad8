// fdMutex: who uses a descriptor. One reader and one writer at a time, any number of others, and a close that lets nobody in any more.
//
//     63   43 42   23 22    3  2  1  0
//     wwaiters rwaiters  refs  W  R  closed          one word; who changes it does so by compare-and-swap
//
// Whoever is inside holds a reference; the last one out of a closed descriptor closes it. Who waits for R or W is counted and
// sleeps on a semaphore; who lets go of it, or closes, takes one of them off the count and wakes it, and that one tries anew.
//
// Source: Go 1.27 internal/poll.fdMutex, for the mechanism.
#ifndef GORT_RUNTIME_NETPOLL_FDMUTEX_H_
#define GORT_RUNTIME_NETPOLL_FDMUTEX_H_

#include <atomic>
#include <cstdint>

#include "gort/runtime/netpoll/polldesc.h"

namespace gort::runtime {

class fdMutex {
 public:
  // Enters. False: closed.
  // Runs on: G | a plain thread, like all here.  Blocks: never.  Errors: more than a million at once stop the program, as in Go.
  bool incref();

  // Closes, and enters. False: it was closed before. Who waits for R or W is woken and gets false.
  bool increfandclose();

  // Whether it was closed, a moment ago.
  bool closed() const;

  // Leaves. True: the caller is the last one of a closed descriptor, and must close it.
  [[nodiscard]] bool decref();

  // Enters as the reader, or the writer. False: closed.
  // Blocks: G, while there is another.
  bool rwlock(PollMode mode);
  [[nodiscard]] bool rwunlock(PollMode mode);

 private:
  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::uint32_t> sema_[kPollModes] = {0, 0};
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_NETPOLL_FDMUTEX_H_
