// For tests: whether descriptors are left over.
#ifndef GORT_RUNTIME_OS_FDS_TESTING_H_
#define GORT_RUNTIME_OS_FDS_TESTING_H_

#include <dirent.h>

#include "absl/time/time.h"
#include "gort/runtime/os/file.h"
#include "gort/runtime/time/time.h"

namespace gort::os {

// How many descriptors are open.
inline int CountFds() {
  Open("/dev/null").IgnoreError();  // the poller brings its own with the first file
  int count = 0;
  DIR* const dir = opendir("/proc/self/fd");
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

// Whether there are no more than `before` again: now, or as soon as nobody has one for a moment. The runtime reads
// /proc/self/task/<n>/syscall to see whether a thread is blocked (runtime/sched/blocked.h).
inline bool FdsReturnTo(int before) {
  for (int tries = 0; tries < 30'000; ++tries) {
    if (CountFds() <= before) return true;
    Sleep(absl::Milliseconds(1));
  }
  return false;
}

}  // namespace gort::os

#endif  // GORT_RUNTIME_OS_FDS_TESTING_H_
