// /proc/self/maps, line by line: which memory this process has, and of which files it is.
#ifndef GORT_RUNTIME_DEBUG_MAPS_H_
#define GORT_RUNTIME_DEBUG_MAPS_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime {

// [lo, hi)
struct AddressRange {
  std::uintptr_t lo;
  std::uintptr_t hi;
  bool Contains(std::uintptr_t at) const { return lo <= at && at < hi; }
};

// One line. Source: Linux, proc_pid_maps(5).
struct MapsLine {
  AddressRange range;
  bool readable;
  bool writable;
  bool executable;
  bool shared;
  std::uint64_t offset;  // of range.lo in the file
  std::uint64_t inode;   // of the file; 0: none
  const char* path;      // "": none; "[heap]" and the like. Cut off where it is long; good until the next line is read
};

//   MapsFile maps;
//   for (MapsLine line; maps.Next(&line);) ...
//
// Runs on: any, also gsignal: no allocation and no lock.  Blocks: M, as reading /proc does.
class MapsFile {
 public:
  MapsFile();
  MapsFile(const MapsFile&) = delete;
  MapsFile& operator=(const MapsFile&) = delete;
  ~MapsFile();

  // False: there are no more, or the rest cannot be read. A line that is not understood is left out.
  bool Next(MapsLine* line);

  // Whether all that was asked for could be read.
  bool ok() const { return ok_; }

 private:
  static constexpr std::size_t kBufferBytes = 1024;  // on a signal stack, too

  // Null: there are no more.
  char* NextText();
  bool Fill();

  int fd_;
  bool ok_;
  bool cut_ = false;        // what comes next is the rest of a line that was too long
  std::size_t at_ = 0;      // buffer_[at_, size_) is not taken yet
  std::size_t size_ = 0;
  char buffer_[kBufferBytes];
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_MAPS_H_
