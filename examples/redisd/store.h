// Keys with values and times at which they expire. One database; its time is an argument, so tests need no clock.
#ifndef GORT_EXAMPLES_REDISD_STORE_H_
#define GORT_EXAMPLES_REDISD_STORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"

namespace gort::examples::redisd {

using List = std::deque<std::string>;
using Value = std::variant<std::string, List>;

inline constexpr std::int64_t kNever = -1;

// An expired key is gone for every reader at its millisecond (lazily: who finds it removes it); ExpireDue removes those that nobody
// looks for. Not locked: its user lets one goroutine in at a time.
class Store {
 public:
  // Returns the value at `key`, or null. The pointer holds until a key is added or removed.
  Value* Find(std::string_view key, std::int64_t now_ms);

  // Sets the value and forgets when the old one was to expire.
  Value& Put(std::string_view key, Value value);

  // Returns whether there was such a key.
  bool Erase(std::string_view key, std::int64_t now_ms);

  // Returns when `key`, which exists, expires, or kNever.
  std::int64_t ExpiresAt(std::string_view key) const;

  // Sets when `key`, which exists, expires; kNever: not at all. A time that has passed makes it go now.
  void SetExpiry(std::string_view key, std::int64_t at_ms);

  // Removes up to `most` keys that have expired; returns how many.
  std::size_t ExpireDue(std::int64_t now_ms, std::size_t most);

  // Calls `visit` with each key that has not expired, in no particular order. `visit` must not change the store.
  void ForEachKey(std::int64_t now_ms, const std::function<void(const std::string&)>& visit) const;

  // Counts keys that have expired and have not been removed, too, as Redis does.
  std::size_t size() const { return entries_.size(); }
  std::size_t expiring() const { return due_.size(); }
  void Clear();

 private:
  struct Entry {
    Value value;
    std::int64_t expires_ms = kNever;
  };
  using Entries = absl::flat_hash_map<std::string, Entry>;

  void EraseAt(Entries::iterator entry);

  Entries entries_;
  // Every key that expires, soonest first. Redis looks at samples instead, which spares this memory and leaves some expired keys alive.
  absl::btree_set<std::pair<std::int64_t, std::string>> due_;
};

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_STORE_H_
