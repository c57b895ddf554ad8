// Keys, whatever they hold.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/commands.h"
#include "gort/examples/redisd/expiry.h"
#include "gort/examples/redisd/glob.h"

namespace gort::examples::redisd {
namespace {

void Del(Call& call) {
  std::int64_t deleted = 0;
  for (std::size_t i = 1; i < call.args.size(); ++i) deleted += call.store.Erase(call.args[i], call.now_ms);
  call.reply.Integer(deleted);
}

void Exists(Call& call) {
  std::int64_t found = 0;
  for (std::size_t i = 1; i < call.args.size(); ++i) found += call.store.Find(call.args[i], call.now_ms) != nullptr;
  call.reply.Integer(found);
}

void Type(Call& call) {
  const Value* const value = call.store.Find(call.args[1], call.now_ms);
  call.reply.Simple(value == nullptr ? "none" : std::holds_alternative<List>(*value) ? "list" : "string");
}

void Keys(Call& call) {
  std::vector<std::string> keys;
  call.store.ForEachKey(call.now_ms, [&](const std::string& key) {
    if (GlobMatch(call.args[1], key)) keys.push_back(key);
  });
  call.reply.Array(keys.size());
  for (const std::string& key : keys) call.reply.Bulk(key);
}

// The value goes with the time at which it expires. False: there is no key args[1], and the client has been told.
bool MoveKey(Call& call) {
  Value* const found = call.store.Find(call.args[1], call.now_ms);
  if (found == nullptr) {
    call.reply.Error("ERR no such key");
    return false;
  }
  if (call.args[1] == call.args[2]) return true;
  Value value = std::move(*found);
  const std::int64_t expires_ms = call.store.ExpiresAt(call.args[1]);
  call.store.Erase(call.args[1], call.now_ms);
  call.store.Put(call.args[2], std::move(value));
  call.store.SetExpiry(call.args[2], expires_ms);
  return true;
}

void Rename(Call& call) {
  if (MoveKey(call)) call.reply.Ok();
}

void RenameNx(Call& call) {
  const bool taken =
      call.store.Find(call.args[1], call.now_ms) != nullptr && call.store.Find(call.args[2], call.now_ms) != nullptr;
  if (taken) return call.reply.Integer(0);
  if (MoveKey(call)) call.reply.Integer(1);
}

void TtlIn(Call& call, std::int64_t unit_ms) {
  if (call.store.Find(call.args[1], call.now_ms) == nullptr) return call.reply.Integer(-2);
  const std::int64_t at_ms = call.store.ExpiresAt(call.args[1]);
  call.reply.Integer(at_ms == kNever ? -1 : (at_ms - call.now_ms + unit_ms / 2) / unit_ms);
}

void Ttl(Call& call) { TtlIn(call, 1000); }
void PTtl(Call& call) { TtlIn(call, 1); }

void Persist(Call& call) {
  const bool expires =
      call.store.Find(call.args[1], call.now_ms) != nullptr && call.store.ExpiresAt(call.args[1]) != kNever;
  if (expires) call.store.SetExpiry(call.args[1], kNever);
  call.reply.Integer(expires);
}

// Under which conditions EXPIRE sets a time. GT and LT take a key that does not expire for one that expires after all others.
struct Conditions {
  bool nx = false;
  bool xx = false;
  bool gt = false;
  bool lt = false;

  bool Allow(std::int64_t old_ms, std::int64_t new_ms) const {
    if (nx && old_ms != kNever) return false;
    if (xx && old_ms == kNever) return false;
    if (gt && (old_ms == kNever || new_ms <= old_ms)) return false;
    return !(lt && old_ms != kNever && new_ms >= old_ms);
  }
};

// False: the client has been told what is wrong.
bool ParseConditions(Call& call, Conditions* conditions) {
  for (std::size_t i = 3; i < call.args.size(); ++i) {
    const std::string& option = call.args[i];
    bool* const flag = absl::EqualsIgnoreCase(option, "NX")   ? &conditions->nx
                       : absl::EqualsIgnoreCase(option, "XX") ? &conditions->xx
                       : absl::EqualsIgnoreCase(option, "GT") ? &conditions->gt
                       : absl::EqualsIgnoreCase(option, "LT") ? &conditions->lt
                                                              : nullptr;
    if (flag == nullptr) {
      call.reply.Error(absl::StrCat("ERR Unsupported option ", option));
      return false;
    }
    *flag = true;
  }
  if (conditions->nx && (conditions->xx || conditions->gt || conditions->lt)) {
    call.reply.Error("ERR NX and XX, GT or LT options at the same time are not compatible");
    return false;
  }
  if (conditions->gt && conditions->lt) {
    call.reply.Error("ERR GT and LT options at the same time are not compatible");
    return false;
  }
  return true;
}

void ExpireIn(Call& call, TimeUnit unit, std::string_view name) {
  Conditions conditions;
  std::int64_t at_ms = 0;
  if (!ParseConditions(call, &conditions) || !ReadExpiry(call, call.args[2], unit, name, &at_ms)) return;
  if (call.store.Find(call.args[1], call.now_ms) == nullptr) return call.reply.Integer(0);
  if (!conditions.Allow(call.store.ExpiresAt(call.args[1]), at_ms)) return call.reply.Integer(0);
  if (at_ms <= call.now_ms) {
    call.store.Erase(call.args[1], call.now_ms);
  } else {
    call.store.SetExpiry(call.args[1], at_ms);
  }
  call.reply.Integer(1);
}

void Expire(Call& call) { ExpireIn(call, TimeUnit::kSeconds, "expire"); }
void PExpire(Call& call) { ExpireIn(call, TimeUnit::kMillis, "pexpire"); }
void ExpireAt(Call& call) { ExpireIn(call, TimeUnit::kUnixSeconds, "expireat"); }
void PExpireAt(Call& call) { ExpireIn(call, TimeUnit::kUnixMillis, "pexpireat"); }

constexpr CommandSpec kCommands[] = {
    {"del", -2, Del},  {"exists", -2, Exists},  {"expire", -3, Expire},    {"expireat", -3, ExpireAt},
    {"keys", 2, Keys}, {"persist", 2, Persist}, {"pexpire", -3, PExpire},  {"pexpireat", -3, PExpireAt},
    {"pttl", 2, PTtl}, {"rename", 3, Rename},   {"renamenx", 3, RenameNx}, {"ttl", 2, Ttl},
    {"type", 2, Type}, {"unlink", -2, Del},
};

}  // namespace

std::span<const CommandSpec> KeyCommands() { return kCommands; }

}  // namespace gort::examples::redisd
