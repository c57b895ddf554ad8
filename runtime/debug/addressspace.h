// The memory of this process as the kernel describes it, for who reads all of it while every other thread stands still. Nothing
// here allocates by malloc or takes a lock, for a thread that was stopped may hold either.
#ifndef GORT_RUNTIME_DEBUG_ADDRESSSPACE_H_
#define GORT_RUNTIME_DEBUG_ADDRESSSPACE_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/debug/maps.h"

namespace gort::runtime {

// Pages for arrays that are needed while all is stopped. They live as long as this object, and are not part of what is read.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  // Room for n zeroed objects; null when the kernel has no memory. At most kMost calls.
  template <class T>
  T* Array(std::size_t n) {
    return static_cast<T*>(Pages(n * sizeof(T)));
  }

  static constexpr std::size_t kMost = 24;
  std::size_t count() const { return count_; }
  AddressRange range(std::size_t i) const { return ranges_[i]; }

 private:
  void* Pages(std::size_t size_bytes);

  AddressRange ranges_[kMost];
  std::size_t count_ = 0;
};

struct Mapping {
  AddressRange range;
  std::uint64_t inode;  // of the file that is mapped; 0: none
  bool readable;
  bool writable;
  bool shared;      // with other processes, or with a file
  bool device;      // reading it may have effects
  bool heap;        // grows by brk(2): the first heap of malloc
  bool main_stack;  // of the first thread
};

// What /proc/self/maps says.
class AddressSpace {
 public:
  // False: it cannot be read, or there is no memory for it.
  bool Read(Scratch* scratch);

  std::size_t count() const { return count_; }
  const Mapping& mapping(std::size_t i) const { return mappings_[i]; }
  // The mapping that `at` lies in, or null. O(log n).
  const Mapping* Find(std::uintptr_t at) const;

 private:
  Mapping* mappings_ = nullptr;
  std::size_t count_ = 0;
};

// Reads words of memory that may be anything: untouched, swapped out, a guard page, protected.
//
// What is in memory is read in place. What is not, or not readable, goes through /proc/self/mem, where a page that cannot be read
// is an error and not a fault. Pages that nobody has written are skipped: they hold zeros, or a file's content. So is what is mapped
// from a device.
class PageReader {
 public:
  explicit PageReader(Scratch* scratch);
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;
  ~PageReader();

  // Whether the files in /proc that it needs are there.
  bool ok() const { return pagemap_ >= 0 && memory_ >= 0 && entries_ != nullptr && copy_ != nullptr; }

  // Calls `visit(words, n)` for the parts of [lo, hi), which lies in `mapping`, that may hold pointers.
  template <class F>
  void Read(const Mapping& mapping, AddressRange part, F&& visit) {
    if (mapping.device || (mapping.shared && !mapping.writable)) return;
    for (std::uintptr_t at = part.lo & ~(kPage - 1); at < part.hi;) {
      std::size_t n = LoadEntries(at, part.hi);
      for (std::size_t i = 0; i < n; ++i, at += kPage) {
        const How how = HowToRead(mapping, entries_[i]);
        if (how == How::kSkip) continue;
        const std::uintptr_t lo = at < part.lo ? part.lo : at;
        std::uintptr_t hi = at + kPage;
        if (how == How::kInPlace) {
          // A run of pages at once: the common case by far.
          for (; i + 1 < n && HowToRead(mapping, entries_[i + 1]) == how; ++i, at += kPage) hi += kPage;
        }
        if (hi > part.hi) hi = part.hi;
        const auto* words = how == How::kInPlace ? reinterpret_cast<const std::uintptr_t*>(lo) : Copy(lo, hi);
        if (words != nullptr) visit(words, (hi - lo) / sizeof(std::uintptr_t));
      }
    }
  }

 private:
  static constexpr std::uintptr_t kPage = 4096;
  static constexpr std::size_t kEntries = 4096;  // of the page map, read at once

  enum class How { kSkip, kInPlace, kCopy };
  static How HowToRead(const Mapping& mapping, std::uint64_t entry);

  std::size_t LoadEntries(std::uintptr_t at, std::uintptr_t hi);
  const std::uintptr_t* Copy(std::uintptr_t lo, std::uintptr_t hi);

  int pagemap_;
  int memory_;
  std::uint64_t* entries_;
  std::uintptr_t* copy_;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_ADDRESSSPACE_H_
