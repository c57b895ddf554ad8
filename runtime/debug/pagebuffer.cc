#include "gort/runtime/debug/pagebuffer.h"

#include <cstring>
#include <new>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

PageBuffer::~PageBuffer() {
  if (pages_ != nullptr) sys::Munmap(pages_, room_);
}

// Makes room for `size_bytes` in all: twice what there was, so that each byte is copied once on average.
bool PageBuffer::Grow(std::size_t size_bytes) {
  std::size_t room = room_ != 0 ? room_ : std::size_t{64} << 10;
  while (room < size_bytes) room *= 2;
  const long pages = sys::Mmap(nullptr, room, sys::kPROT_READ | sys::kPROT_WRITE, sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
  if (sys::IsError(pages)) return false;
  auto* const larger = reinterpret_cast<char*>(pages);
  if (pages_ != nullptr) {
    std::memcpy(larger, pages_, size_);
    sys::Munmap(pages_, room_);
  }
  pages_ = larger;
  room_ = room;
  return true;
}

void PageBuffer::Append(const void* data, std::size_t size_bytes) {
  dropped_ = dropped_ || (room_ - size_ < size_bytes && !Grow(size_ + size_bytes));
  if (dropped_ || size_bytes == 0) return;
  std::memcpy(pages_ + size_, data, size_bytes);
  size_ += size_bytes;
}

void PageBuffer::Sink(void* buffer, const char* text, std::size_t size_bytes) {
  static_cast<PageBuffer*>(buffer)->Append(text, size_bytes);
}

std::string_view PageBuffer::text() const {
  if (dropped_) throw std::bad_alloc();
  return {pages_, size_};
}

}  // namespace gort::runtime
