#include "gort/examples/redisd/store.h"

namespace gort::examples::redisd {

void Store::EraseAt(Entries::iterator entry) {
  if (entry->second.expires_ms != kNever) due_.erase({entry->second.expires_ms, entry->first});
  entries_.erase(entry);
}

Value* Store::Find(std::string_view key, std::int64_t now_ms) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return nullptr;
  if (entry->second.expires_ms != kNever && entry->second.expires_ms <= now_ms) {
    EraseAt(entry);
    return nullptr;
  }
  return &entry->second.value;
}

Value& Store::Put(std::string_view key, Value value) {
  const auto entry = entries_.try_emplace(key).first;
  if (entry->second.expires_ms != kNever) due_.erase({entry->second.expires_ms, entry->first});
  entry->second = {std::move(value), kNever};
  return entry->second.value;
}

bool Store::Erase(std::string_view key, std::int64_t now_ms) {
  if (Find(key, now_ms) == nullptr) return false;
  EraseAt(entries_.find(key));
  return true;
}

std::int64_t Store::ExpiresAt(std::string_view key) const { return entries_.find(key)->second.expires_ms; }

void Store::SetExpiry(std::string_view key, std::int64_t at_ms) {
  const auto entry = entries_.find(key);
  if (entry->second.expires_ms != kNever) due_.erase({entry->second.expires_ms, entry->first});
  entry->second.expires_ms = at_ms;
  if (at_ms != kNever) due_.emplace(at_ms, entry->first);
}

std::size_t Store::ExpireDue(std::int64_t now_ms, std::size_t most) {
  std::size_t removed = 0;
  for (; removed < most && !due_.empty() && due_.begin()->first <= now_ms; ++removed) {
    EraseAt(entries_.find(due_.begin()->second));
  }
  return removed;
}

void Store::ForEachKey(std::int64_t now_ms, const std::function<void(const std::string&)>& visit) const {
  for (const auto& [key, entry] : entries_) {
    if (entry.expires_ms == kNever || entry.expires_ms > now_ms) visit(key);
  }
}

void Store::Clear() {
  entries_.clear();
  due_.clear();
}

}  // namespace gort::examples::redisd
