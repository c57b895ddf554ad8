#include "gort/stack/advice.h"

#include "gort/runtime/sys/syscall.h"
#include "gort/stack/sanitizer.h"

namespace gort::runtime {

// Valgrind passes system calls on that it does not know, but complains about each one at length.
BulkAdvice::BulkAdvice(int advice) : advice_(advice), bulk_(!RunningOnValgrind()) {}

void BulkAdvice::Add(uintptr_t addr, size_t size_bytes) {
  if (size_bytes == 0) return;
  if (count_ == kMaxRanges) Flush();
  ranges_[count_++] = {reinterpret_cast<void*>(addr), size_bytes};
}

size_t BulkAdvice::Finish() {
  Flush();
  if (pidfd_ >= 0) sys::Close(static_cast<int>(pidfd_));
  pidfd_ = -1;
  return done_;
}

void BulkAdvice::Flush() {
  if (bulk_ && count_ > kFewRanges && pidfd_ < 0) {
    pidfd_ = sys::PidfdOpen(sys::Getpid());
    bulk_ = pidfd_ >= 0;
  }
  size_t next = 0;
  if (bulk_ && count_ > kFewRanges) {
    const long bytes = sys::ProcessMadvise(static_cast<int>(pidfd_), ranges_, count_, advice_);
    if (sys::IsError(bytes)) {
      bulk_ = false;
    } else {
      // A short count stops inside or before a range; the rest is done one by one, which also tells whether it can be
      // done.
      for (size_t left = static_cast<size_t>(bytes); next < count_ && left >= ranges_[next].iov_len; ++next) {
        left -= ranges_[next].iov_len;
      }
    }
  }
  for (; next < count_ && !refused_; ++next) {
    refused_ = sys::IsError(sys::Madvise(ranges_[next].iov_base, ranges_[next].iov_len, advice_));
    if (refused_) break;
  }
  done_ += next;
  count_ = 0;
}

}  // namespace gort::runtime
