// Objects that are expensive to make, kept for the next one who needs one.
#ifndef GORT_RUNTIME_SYNC_POOL_H_
#define GORT_RUNTIME_SYNC_POOL_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "gort/runtime/sync/mutex.h"

namespace gort {

namespace internal {

inline constexpr std::size_t kPoolShards = 16;

// The shard that the caller tries first: a number below kPoolShards that is the same for callers on the same P.
// Runs on: any.  Blocks: never.
std::size_t PoolShard();

}  // namespace internal

// A set of idle T. Get takes any of them, most likely the one that this CPU put last, whose memory is still in its cache.
//
//     gort::Pool<Buffer> buffers([] { return std::make_unique<Buffer>(64 << 10); });
//     std::unique_ptr<Buffer> buffer = buffers.Get();
//     ...
//     buffers.Put(std::move(buffer));
//
// In Go the collector empties a pool by and by: what lay idle from one collection to the next but one is gone. Here there is no
// collector, so two things differ. A pool keeps at most kMaxIdle objects, and Put destroys what is too much; and what is kept stays
// until Get takes it, Clear is called, or the pool is destroyed.
//
// Objects lie in 16 stacks, each with a lock. The caller's P says which stack to try first; that is no more than a hint, so
// a goroutine that moves to another P in between does no harm. Rejected: one stack, whose lock all CPUs would fight for (on two
// CPUs 1.4 to 1.9 times slower), and Go's lock-free lists per P, which need that nobody takes the P away in the middle.
//
// Usable from plain threads too. Static ones need no initialization.
// Source: Go 1.27 sync.Pool.
template <class T>
class Pool {
 public:
  // The most objects that wait in a pool.
  static constexpr std::size_t kMaxIdle = internal::kPoolShards * 64;

  // `make` makes an object when there is none; without it, Get then returns null. It may throw, which comes out of Get.
  constexpr explicit Pool(std::unique_ptr<T> (*make)() = nullptr) : make_(make) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Takes an object out of the pool, or makes one. Nothing is promised about which one.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G, for a few instructions of another one.
  std::unique_ptr<T> Get() {
    std::unique_ptr<T> object;
    AnyShard([&object](Shard& shard) { return shard.Pop(&object); });
    if (object != nullptr) return object;
    return make_ != nullptr ? make_() : nullptr;
  }

  // Gives an object to the pool; null is ignored. Put happens before the Get that returns the object.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G, for a few instructions of another one.
  void Put(std::unique_ptr<T> object) {
    if (object != nullptr) AnyShard([&object](Shard& shard) { return shard.Push(&object); });
  }

  // Destroys all idle objects.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G, for a few instructions of another one.
  void Clear() {
    std::unique_ptr<T> object;
    for (Shard& shard : shards_) {
      while (shard.Pop(&object)) object.reset();
    }
  }

 private:
  // Objects are destroyed and made outside the lock: what T does then is the user's.
  struct alignas(64) Shard {
    Mutex mutex;
    std::atomic<std::size_t> count{0};  // writers: under mutex
    std::array<std::unique_ptr<T>, kMaxIdle / internal::kPoolShards> objects{};

    bool Pop(std::unique_ptr<T>* object) {
      // A look without the lock: most shards are empty. An object that is being put at this moment may be missed.
      if (count.load(std::memory_order_relaxed) == 0) return false;
      std::lock_guard<Mutex> lock(mutex);
      const std::size_t n = count.load(std::memory_order_relaxed);
      if (n == 0) return false;
      *object = std::move(objects[n - 1]);
      count.store(n - 1, std::memory_order_relaxed);
      return true;
    }

    bool Push(std::unique_ptr<T>* object) {
      if (count.load(std::memory_order_relaxed) == objects.size()) return false;
      std::lock_guard<Mutex> lock(mutex);
      const std::size_t n = count.load(std::memory_order_relaxed);
      if (n == objects.size()) return false;
      objects[n] = std::move(*object);
      count.store(n + 1, std::memory_order_relaxed);
      return true;
    }
  };

  // Calls `done` for the shards, the caller's first, until it returns true.
  template <class Done>
  void AnyShard(Done done) {
    const std::size_t first = internal::PoolShard();
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      if (done(shards_[(first + i) % shards_.size()])) return;
    }
  }

  std::unique_ptr<T> (*make_)();
  std::array<Shard, internal::kPoolShards> shards_{};
};

}  // namespace gort

#endif  // GORT_RUNTIME_SYNC_POOL_H_
