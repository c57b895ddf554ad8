#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "offsets/task.h"

extern "C" std::uint64_t task_owner(const downstream::Task* task);
extern "C" const std::uint64_t task_numbers[4];

int main() {
  const downstream::Task task = {
      .name = "compile", .flags = 1, .owner = 0x1234567890abcdef, .state = downstream::kTaskReady};
  const bool ok = task_owner(&task) == task.owner && task_numbers[0] == sizeof(downstream::Task) &&
                  task_numbers[1] == offsetof(downstream::Task, state) && task_numbers[2] == downstream::kTaskReady &&
                  task_numbers[3] == 56;  // Go's g.sched.sp
  std::puts(ok ? "assembly reads the struct as C++ wrote it" : "FAILED: assembly and C++ disagree on the struct");
  return ok ? 0 : 1;
}
