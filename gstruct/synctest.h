// synctestBubble: goroutines that share a clock of their own, which stands still until all of them wait for it.
//
// What a goroutine of a bubble starts (goroutines, timers) or makes (channels) is of the bubble too, and refers to it.
// Nobody counts these references, so a bubble is never freed: one test costs its size.
//
// The rules are in runtime/synctest/synctest.h; who counts is said in runtime/sched/bubble.h.
//
// Source: Go 1.27 runtime.synctestBubble. It keeps a third count, of operations that must not be taken for idleness; we
// count a goroutine out only when it is all set for being woken, which needs none.
#ifndef GORT_GSTRUCT_SYNCTEST_H_
#define GORT_GSTRUCT_SYNCTEST_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/mutex.h"
#include "gort/gstruct/timers.h"

namespace gort::runtime {

struct synctestBubble {
  // The timers of the bubble. Its clock is `now`; run by the root alone.
  struct timers timers;
  // What time it is in the bubble, ns since 1970. Writer: the root, when nobody else runs. Readers: any.
  std::atomic<std::int64_t> now;
  // From 1; never 0. Constant.
  std::uint32_t id;
  // The goroutine of the function under test has ended. Writer: that goroutine; reader: the root, once it is counted
  // out.
  bool done;

  // ---- Guard: mu. ----
  mutable mutex mu;
  // Goroutines that have not ended, but for the root.
  std::int32_t total;
  // Those of them that are not durably blocked; and the root, and who is in Wait, while they do not wait.
  std::int32_t running;
  // Who is in Wait, and the root, which is in Test, while they wait to be told that `running` is 0.
  g* waiter;
  g* root;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_SYNCTEST_H_
