// What is written down while the world is stopped, in pages of the kernel's.
//
// Not by malloc: it may be the program's own, and wait for a goroutine (for a gort::Mutex of a heap profiler, say), which does not run
// until the world goes on. It also takes long.
#ifndef GORT_RUNTIME_DEBUG_PAGEBUFFER_H_
#define GORT_RUNTIME_DEBUG_PAGEBUFFER_H_

#include <cstddef>
#include <string_view>

namespace gort::runtime {

class PageBuffer {
 public:
  PageBuffer() = default;
  PageBuffer(const PageBuffer&) = delete;
  PageBuffer& operator=(const PageBuffer&) = delete;
  ~PageBuffer();

  // Runs on: any.  Blocks: never.  Errors: without memory from the kernel this and all that follows is dropped.
  void Append(const void* data, std::size_t size_bytes);

  // The same as a sys::Printer::Sink, with `buffer` a PageBuffer.
  static void Sink(void* buffer, const char* text, std::size_t size_bytes);

  // All that was appended; good until the next Append.
  // Runs on: any, when the world goes on again.  Errors: std::bad_alloc when something was dropped.
  std::string_view text() const;

 private:
  bool Grow(std::size_t size_bytes);

  char* pages_ = nullptr;
  std::size_t room_ = 0;
  std::size_t size_ = 0;
  bool dropped_ = false;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_PAGEBUFFER_H_
