// A map that many goroutines use at the same time.
#ifndef GORT_RUNTIME_SYNC_MAP_H_
#define GORT_RUNTIME_SYNC_MAP_H_

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "gort/runtime/sync/rwmutex.h"

namespace gort {

// A map from K to V whose functions are atomic with respect to each other, apart from Range. K is anything that absl::flat_hash_map
// takes as a key; K and V can be copied, since what Load returns may be deleted at once. A large V is best a shared_ptr.
//
//     a key's hash --> one of kShards { RWMutex, absl::flat_hash_map }
//
// What the user's types do when they are copied, hashed or compared happens with a shard locked, and must not use the map. They are
// destroyed, and Range's function is called, with nothing locked.
//
// Usable from plain threads too, which stop while they wait. A static one has a constructor that runs at start, unlike the rest of
// this package. What is stored happens before the Load that returns it.
// Source: Go 1.27 sync.Map, which is a hash trie. Rejected: writing one; shards around a hash table that others maintain do as
// well unless writers crowd on one shard.
template <class K, class V>
class Map {
 public:
  Map() = default;
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;

  // All functions.  Runs on: G | a plain thread.  Needs P: no.  Blocks: G, while others use the same shard.

  // The value of `key`, or nothing.
  std::optional<V> Load(const K& key) const {
    const Shard& shard = ShardOf(key);
    std::shared_lock lock(shard.mutex);
    auto it = shard.map.find(key);
    return it != shard.map.end() ? std::optional<V>(it->second) : std::nullopt;
  }

  // Sets the value of `key`.
  void Store(K key, V value) { Swap(std::move(key), std::move(value)); }

  // The value of `key` and true; or, when there is none, stores `value` and returns it and false.
  std::pair<V, bool> LoadOrStore(K key, V value) {
    if (std::optional<V> found = Load(key); found.has_value()) return {*std::move(found), true};  // no writer's lock
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    auto [it, stored] = shard.map.try_emplace(std::move(key), std::move(value));
    return {it->second, !stored};
  }

  // Removes `key` and returns the value that it had, or nothing.
  std::optional<V> LoadAndDelete(const K& key) {
    std::optional<V> old;
    DeleteIf(key, [&old](V& value) {
      old.emplace(std::move(value));
      return true;
    });
    return old;
  }

  // Removes `key`.
  void Delete(const K& key) {
    DeleteIf(key, [](const V&) { return true; });
  }

  // Sets the value of `key` and returns the one that it had, or nothing.
  std::optional<V> Swap(K key, V value) {
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    auto [it, stored] = shard.map.try_emplace(std::move(key), std::move(value));
    if (stored) return std::nullopt;
    // try_emplace has not moved from `value`.
    return std::exchange(it->second, std::move(value));
  }

  // Sets the value of `key` if it is `old`, and says whether it did. V needs ==.
  bool CompareAndSwap(const K& key, const V& old, V value) {
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    auto it = shard.map.find(key);
    if (it == shard.map.end() || !(it->second == old)) return false;
    std::swap(it->second, value);  // the old one is destroyed by the caller, after the lock
    return true;
  }

  // Removes `key` if its value is `old`, and says whether it did. V needs ==.
  bool CompareAndDelete(const K& key, const V& old) {
    return DeleteIf(key, [&old](const V& value) { return value == old; });
  }

  // Calls f(key, value) for each key until it returns false. No key comes twice; one that is stored or deleted meanwhile may come or
  // not, with any value that it had in between. f may use the map. Copies a shard at a time.
  template <std::predicate<const K&, const V&> F>
  void Range(F&& f) const {
    for (const Shard& shard : shards_) {
      for (const auto& [key, value] : shard.Copy()) {
        if (!f(key, value)) return;
      }
    }
  }

  // Removes everything.
  void Clear() {
    // All locked at once, in order, so that nobody sees some keys gone and others not.
    std::array<Table, kShards> old;
    for (Shard& shard : shards_) shard.mutex.Lock();
    for (std::size_t i = 0; i < kShards; ++i) old[i].swap(shards_[i].map);
    for (Shard& shard : shards_) shard.mutex.Unlock();
  }

 private:
  static constexpr std::size_t kShards = 32;
  using Table = absl::flat_hash_map<K, V>;

  struct alignas(64) Shard {
    mutable RWMutex mutex;
    Table map;  // guard: mutex

    std::vector<std::pair<K, V>> Copy() const {
      std::shared_lock lock(mutex);
      return {map.begin(), map.end()};
    }
  };

  // The high bits: the table uses the low ones.
  static std::size_t Index(const K& key) { return absl::Hash<K>()(key) >> (64 - std::bit_width(kShards - 1)); }
  Shard& ShardOf(const K& key) { return shards_[Index(key)]; }
  const Shard& ShardOf(const K& key) const { return shards_[Index(key)]; }

  // Removes `key` if it is there and condition(value) holds; says whether it did.
  template <class Condition>
  bool DeleteIf(const K& key, Condition condition) {
    typename Table::node_type removed;  // destroyed after the lock
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    auto it = shard.map.find(key);
    if (it == shard.map.end() || !condition(it->second)) return false;
    removed = shard.map.extract(it);
    return true;
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace gort

#endif  // GORT_RUNTIME_SYNC_MAP_H_
