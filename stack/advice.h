// One madvise for many ranges.
#ifndef GORT_STACK_ADVICE_H_
#define GORT_STACK_ADVICE_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

// Collects ranges and gives the same advice to all of them, by process_madvise on ourselves where the kernel lets us
// (Linux 6.13 for the advice that we use), else by one madvise each.
// The pidfd lives as long as the object and no longer: one kept in a global would name the parent after a fork.
// Runs on: any.  Needs P: no.  Blocks: never.
class BulkAdvice {
 public:
  explicit BulkAdvice(int advice);
  ~BulkAdvice() { Finish(); }
  BulkAdvice(const BulkAdvice&) = delete;
  BulkAdvice& operator=(const BulkAdvice&) = delete;

  // Page-aligned. An empty range is skipped.
  void Add(uintptr_t addr, size_t size_bytes);

  // Advises what was added and returns how many ranges, counted from the first one ever added, are done without a gap:
  // fewer than were added means that the kernel refused one. Further ranges may be added only if none was refused.
  size_t Finish();

 private:
  static constexpr size_t kMaxRanges = 64;  // 1 KiB of stack; the kernel would take 1024 ranges, and gain nothing more
  // Up to so many, one madvise each is cheaper than a descriptor opened and closed: 4 us at the start of a program.
  static constexpr size_t kFewRanges = 4;

  void Flush();

  const int advice_;
  bool bulk_;             // process_madvise has not failed yet
  bool refused_ = false;  // some range was refused; no more are tried
  long pidfd_ = -1;
  size_t done_ = 0;
  size_t count_ = 0;
  sys::Iovec ranges_[kMaxRanges];
};

}  // namespace gort::runtime

#endif  // GORT_STACK_ADVICE_H_
