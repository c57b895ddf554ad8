// How mutex and note, which are a word long, use a futex, which is 32 bits.
#ifndef GORT_RUNTIME_LOCK_FUTEX_WORD_H_
#define GORT_RUNTIME_LOCK_FUTEX_WORD_H_

#include <atomic>
#include <bit>
#include <cstdint>

namespace gort::runtime {

static_assert(std::endian::native == std::endian::little,
              "the futex is the low half of the key: its address is the key's");
static_assert(std::atomic<uintptr_t>::is_always_lock_free);

// The half of `key` that the kernel looks at. Every value that lock and note store fits into it.
// Only its address is used: in user space the word is always accessed as the atomic that it is.
inline const uint32_t* FutexWord(const std::atomic<uintptr_t>* key) { return reinterpret_cast<const uint32_t*>(key); }

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_FUTEX_WORD_H_
