#ifndef OFFSETS_TASK_H_
#define OFFSETS_TASK_H_

#include <cstdint>

namespace downstream {

inline constexpr int kTaskReady = 42;

struct Task {
  char name[13];
  std::uint8_t flags;
  std::uint64_t owner;
  std::int64_t state;
};

}  // namespace downstream

#endif  // OFFSETS_TASK_H_
