#include "gort/runtime/mem/mem.h"

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/mem/heap.h"

// Weak, and declared here rather than by <cstdlib>: there must be no libc to include. C's own names and signatures.
extern "C" {
[[gnu::weak]] void* malloc(size_t size);
[[gnu::weak]] void* aligned_alloc(size_t alignment, size_t size);
[[gnu::weak]] void free(void* memory);
#if defined(GORT_RACE)
void __tsan_ignore_thread_begin();
void __tsan_ignore_thread_end();
#endif
}

namespace gort::runtime {
namespace {

// What malloc guarantees on all our 64-bit ABIs.
constexpr size_t kMallocAlign = 16;

bool HaveLibc() { return malloc != nullptr; }

// While it lives, TSan takes neither malloc for a write to the block nor free: what the runtime allocates it also orders, unseen.
class Unseen {
 public:
#if defined(GORT_RACE)
  Unseen() { __tsan_ignore_thread_begin(); }
  ~Unseen() { __tsan_ignore_thread_end(); }
#else
  Unseen() {}
#endif
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
};

}  // namespace

void* memalloc(size_t size_bytes, size_t align) {
  if (!HaveLibc()) return heapalloc(size_bytes, align);
  const Unseen unseen;
  if (align <= kMallocAlign) return malloc(size_bytes);
  // C wants a multiple of the alignment; a sum that wraps is an absurd request.
  const size_t rounded = (size_bytes + align - 1) & ~(align - 1);
  return rounded < size_bytes ? nullptr : aligned_alloc(align, rounded);
}

void memfree(void* memory, size_t size_bytes, size_t align) {
  if (HaveLibc()) {
    const Unseen unseen;
    free(memory);
  } else {
    heapfree(memory, size_bytes, align);
  }
}

}  // namespace gort::runtime
