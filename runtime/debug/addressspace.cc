#include "gort/runtime/debug/addressspace.h"

#include <unistd.h>

#include <cstring>

#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

int OpenForReading(const char* path) { return static_cast<int>(sys::Open(path, sys::kO_RDONLY | sys::kO_CLOEXEC)); }

// Bits of an entry of /proc/self/pagemap. Source: Linux, Documentation/admin-guide/mm/pagemap.rst.
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kSwapped = std::uint64_t{1} << 62;  // guard pages, too
constexpr std::uint64_t kFile = std::uint64_t{1} << 61;     // of a file or shared: in a private mapping, not written

bool StartsWith(const char* text, const char* prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

Mapping MappingOf(const MapsLine& line) {
  Mapping mapping = {line.range, line.inode, line.readable, line.writable, line.shared, false, false, false};
  mapping.device =
      (StartsWith(line.path, "/dev/") && !StartsWith(line.path, "/dev/shm/") && !StartsWith(line.path, "/dev/zero")) ||
      StartsWith(line.path, "[v");  // [vvar], [vdso], [vsyscall]
  mapping.heap = StartsWith(line.path, "[heap]");
  mapping.main_stack = StartsWith(line.path, "[stack]");
  return mapping;
}

}  // namespace

Scratch::~Scratch() {
  for (std::size_t i = 0; i < count_; ++i) sys::Munmap(reinterpret_cast<void*>(ranges_[i].lo), ranges_[i].hi - ranges_[i].lo);
}

void* Scratch::Pages(std::size_t size_bytes) {
  if (count_ == kMost) return nullptr;
  const std::size_t size = (size_bytes + 4096) & ~std::size_t{4095};
  const long at = sys::Mmap(nullptr, size, sys::kPROT_READ | sys::kPROT_WRITE, sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
  if (at < 0) return nullptr;
  const auto lo = static_cast<std::uintptr_t>(at);
  ranges_[count_++] = {lo, lo + size};
  return reinterpret_cast<void*>(at);
}

bool AddressSpace::Read(Scratch* scratch) {
  std::size_t room = 64;  // the list grows by the pages that we take for it
  {
    MapsFile maps;
    for (MapsLine line; maps.Next(&line);) ++room;
  }
  mappings_ = scratch->Array<Mapping>(room);
  if (mappings_ == nullptr) return false;
  MapsFile maps;
  for (MapsLine line; maps.Next(&line);) {
    if (count_ == room) return false;
    mappings_[count_++] = MappingOf(line);
  }
  return maps.ok() && count_ != 0;
}

const Mapping* AddressSpace::Find(std::uintptr_t at) const {
  std::size_t lo = 0;
  std::size_t hi = count_;
  while (lo < hi) {
    const std::size_t middle = (lo + hi) / 2;
    if (mappings_[middle].range.hi <= at) {
      lo = middle + 1;
    } else {
      hi = middle;
    }
  }
  return lo < count_ && mappings_[lo].range.Contains(at) ? &mappings_[lo] : nullptr;
}

PageReader::PageReader(Scratch* scratch)
    : pagemap_(OpenForReading("/proc/self/pagemap")),
      memory_(OpenForReading("/proc/self/mem")),
      entries_(scratch->Array<std::uint64_t>(kEntries)),
      copy_(scratch->Array<std::uintptr_t>(kPage / sizeof(std::uintptr_t))) {}

PageReader::~PageReader() {
  if (pagemap_ >= 0) sys::Close(pagemap_);
  if (memory_ >= 0) sys::Close(memory_);
}

PageReader::How PageReader::HowToRead(const Mapping& mapping, std::uint64_t entry) {
  if ((entry & (kPresent | kSwapped)) == 0) return How::kSkip;
  if (!mapping.shared && (entry & kFile) != 0) return How::kSkip;
  return mapping.readable && (entry & kPresent) != 0 ? How::kInPlace : How::kCopy;
}

// Loads what the page map has of [at, hi), up to kEntries; returns how many. What it cannot say counts as swapped out.
std::size_t PageReader::LoadEntries(std::uintptr_t at, std::uintptr_t hi) {
  const std::size_t pages = (hi - at + kPage - 1) / kPage;
  const std::size_t n = pages < kEntries ? pages : kEntries;
  const long got = pread(pagemap_, entries_, n * sizeof(std::uint64_t), static_cast<off_t>(at / kPage * sizeof(std::uint64_t)));
  for (std::size_t i = got < 0 ? 0 : static_cast<std::size_t>(got) / sizeof(std::uint64_t); i < n; ++i) entries_[i] = kSwapped;
  return n;
}

const std::uintptr_t* PageReader::Copy(std::uintptr_t lo, std::uintptr_t hi) {
  return pread(memory_, copy_, hi - lo, static_cast<off_t>(lo)) == static_cast<long>(hi - lo) ? copy_ : nullptr;
}

}  // namespace gort::runtime
