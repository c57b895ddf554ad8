#include "gort/runtime/sched/persistent.h"

#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

// Present in programs with LeakSanitizer, which looks for pointers to memory in globals, stacks and what malloc gave, and in
// other mappings only when told.
extern "C" [[gnu::weak]] void __lsan_register_root_region(const void* begin, std::size_t size_bytes);

namespace gort::runtime {

namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr std::size_t kAlign = 64;

constinit mutex chunk_lock{};
// What is left of the last chunk. Guard: chunk_lock.
constinit uintptr_t chunk_at = 0;
constinit uintptr_t chunk_end = 0;

uintptr_t Map(std::size_t size_bytes) {
  const long at = sys::Mmap(nullptr, size_bytes, sys::kPROT_READ | sys::kPROT_WRITE,
                            sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS | sys::kMAP_NORESERVE, -1, 0);
  if (sys::IsError(at)) sys::Fatal("out of memory: the kernel refused a mapping for the scheduler's own structures");
  if (__lsan_register_root_region != nullptr) __lsan_register_root_region(reinterpret_cast<void*>(at), size_bytes);
  return static_cast<uintptr_t>(at);
}

}  // namespace

void* persistentalloc(std::size_t size_bytes) {
  fiber::AwaitLeakCheck(getg());  // Map would wait for it too, and the check would wait for us
  size_bytes = (size_bytes + kAlign - 1) & ~(kAlign - 1);
  if (size_bytes >= kChunkBytes / 4) return reinterpret_cast<void*>(Map(size_bytes));
  lock(&chunk_lock);
  if (chunk_end - chunk_at < size_bytes) {
    chunk_at = Map(kChunkBytes);
    chunk_end = chunk_at + kChunkBytes;
  }
  const uintptr_t at = chunk_at;
  chunk_at += size_bytes;
  unlock(&chunk_lock);
  return reinterpret_cast<void*>(at);
}

}  // namespace gort::runtime
