// What the kernel says of one thread of this process.
#ifndef GORT_RUNTIME_SYS_TASKFILE_H_
#define GORT_RUNTIME_SYS_TASKFILE_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime::sys {

// Reads the file `name` ("status") of thread `tid` in /proc/self/task into text[0, size_bytes), and ends it with a NUL. Returns how many
// bytes it is without that; what does not fit is left out. 0: the thread is gone, or there is no /proc.
// Runs on: any.  Blocks: M, as reading /proc does.  Source: Linux, proc_pid_task(5).
size_t ReadTaskFile(uint64_t tid, const char* name, char* text, size_t size_bytes);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_TASKFILE_H_
