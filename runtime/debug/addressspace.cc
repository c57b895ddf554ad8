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

std::uintptr_t Hex(const char** at) {
  std::uintptr_t value = 0;
  for (;; ++*at) {
    const char c = **at;
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<std::uintptr_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<std::uintptr_t>(c - 'a' + 10);
    } else {
      return value;
    }
  }
}

bool StartsWith(const char* text, const char* prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

// One line: lo-hi perms offset device inode [path]. It ends in a newline.
Mapping Parse(const char* at) {
  Mapping mapping = {};
  mapping.range.lo = Hex(&at);
  ++at;
  mapping.range.hi = Hex(&at);
  mapping.readable = at[1] == 'r';
  mapping.writable = at[2] == 'w';
  mapping.shared = at[4] == 's';
  for (int field = 0; field < 3; ++field) {  // over permissions, offset, device
    while (*at == ' ') ++at;
    while (*at != ' ' && *at != '\n') ++at;
  }
  while (*at == ' ') ++at;
  for (; *at >= '0' && *at <= '9'; ++at) mapping.inode = mapping.inode * 10 + static_cast<std::uint64_t>(*at - '0');
  while (*at == ' ') ++at;
  mapping.device = (StartsWith(at, "/dev/") && !StartsWith(at, "/dev/shm/") && !StartsWith(at, "/dev/zero")) ||
                   StartsWith(at, "[v");  // [vvar], [vdso], [vsyscall]
  mapping.heap = StartsWith(at, "[heap]");
  mapping.main_stack = StartsWith(at, "[stack]");
  return mapping;
}

// Reads the file into buffer[0, size), or counts its bytes when `buffer` is null. Returns how many; -1 on failure.
long ReadMaps(char* buffer, std::size_t size) {
  const int fd = OpenForReading("/proc/self/maps");
  if (fd < 0) return -1;
  char ignored[4096];
  std::size_t total = 0;
  long n;
  do {
    char* to = buffer != nullptr ? buffer + total : ignored;
    n = sys::Read(fd, to, buffer != nullptr ? size - total : sizeof(ignored));
    if (n > 0) total += static_cast<std::size_t>(n);
  } while (n > 0);
  sys::Close(fd);
  return n < 0 ? -1 : static_cast<long>(total);
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
  // The list grows by the pages that we take for it.
  constexpr std::size_t kSpareBytes = 16 * 1024;
  const long size = ReadMaps(nullptr, 0);
  if (size < 0) return false;
  const std::size_t room = static_cast<std::size_t>(size) + kSpareBytes;
  constexpr std::size_t kShortestLine = 40;
  mappings_ = scratch->Array<Mapping>(room / kShortestLine + 1);
  char* text = scratch->Array<char>(room + 1);
  if (mappings_ == nullptr || text == nullptr) return false;
  const long got = ReadMaps(text, room);
  if (got <= 0 || static_cast<std::size_t>(got) == room) return false;
  for (const char* line = text; line < text + got;) {
    mappings_[count_++] = Parse(line);
    line = static_cast<const char*>(memchr(line, '\n', static_cast<std::size_t>(text + got - line)));
    if (line == nullptr) break;
    ++line;
  }
  return true;
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
