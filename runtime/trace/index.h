// From a 64-bit key to the record that was made for it; in memory of the kernel's, for no more keys than said at first.
#ifndef GORT_RUNTIME_TRACE_INDEX_H_
#define GORT_RUNTIME_TRACE_INDEX_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/trace/pages.h"

namespace gort::trace::internal {

// T has a member `key`, and is a good new record when it is all zero bytes. Records stay in the order in which they were made.
template <class T>
class Index {
 public:
  // Room for `most` different keys; only what is used costs memory.
  explicit Index(std::size_t most) : most_(most) {
    while (table_size_ < 2 * most) table_size_ *= 2;
    records_ = Pages<T>(most != 0 ? most : 1);
    table_ = Pages<std::uint32_t>(table_size_);
  }
  explicit operator bool() const { return records_ && table_; }

  // The record of `key`, which is made if there is none; then *made. There must be room.
  T* FindOrMake(std::uint64_t key, bool* made) {
    std::uint32_t* entry = Entry(key);
    *made = *entry == 0;
    if (*made) {
      records_[size_].key = key;
      *entry = static_cast<std::uint32_t>(++size_);
    }
    return &records_[*entry - 1];
  }
  bool Has(std::uint64_t key) { return *Entry(key) != 0; }
  bool full() const { return size_ == most_; }

  T* begin() const { return records_.get(); }
  T* end() const { return records_.get() + size_; }

 private:
  // Where `key` is, or would be: a number one above the record's, or 0.
  std::uint32_t* Entry(std::uint64_t key) {
    const std::uint64_t mixed = key * 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio: neighbours go apart
    std::size_t at = static_cast<std::size_t>(mixed >> 32) & (table_size_ - 1);
    while (table_[at] != 0 && records_[table_[at] - 1].key != key) at = (at + 1) & (table_size_ - 1);
    return &table_[at];
  }

  std::size_t most_;
  std::size_t size_ = 0;
  std::size_t table_size_ = 64;
  Pages<T> records_;
  Pages<std::uint32_t> table_;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_INDEX_H_
