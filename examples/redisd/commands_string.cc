// Strings and counters.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "gort/examples/redisd/commands.h"
#include "gort/examples/redisd/expiry.h"
#include "gort/examples/redisd/number.h"

namespace gort::examples::redisd {
namespace {

constexpr std::size_t kStringBytes = 512 << 20;

void TooLong(Call& call) { call.reply.Error("ERR string exceeds maximum allowed size (proto-max-bulk-len)"); }

// Finds the string at `key`; `out` is null if there is none. False: there is something else, and the client has been told.
bool FindString(Call& call, const std::string& key, std::string** out) {
  Value* const value = call.store.Find(key, call.now_ms);
  *out = value != nullptr ? std::get_if<std::string>(value) : nullptr;
  if (value == nullptr || *out != nullptr) return true;
  call.reply.WrongType();
  return false;
}

// Replies with the string at `key`; false if the reply is an error.
bool ReplyString(Call& call, const std::string& key) {
  std::string* text = nullptr;
  if (!FindString(call, key, &text)) return false;
  text != nullptr ? call.reply.Bulk(*text) : call.reply.Null();
  return true;
}

void Get(Call& call) { ReplyString(call, call.args[1]); }

void GetDel(Call& call) {
  if (ReplyString(call, call.args[1])) call.store.Erase(call.args[1], call.now_ms);
}

void GetSet(Call& call) {
  if (ReplyString(call, call.args[1])) call.store.Put(call.args[1], call.args[2]);
}

struct SetOptions {
  bool nx = false;
  bool xx = false;
  bool get = false;
  bool keep_ttl = false;
  std::optional<TimeUnit> unit;
  const std::string* time = nullptr;
};

// Reads what follows SET key value; false: a syntax error.
bool ParseSetOptions(const Command& args, SetOptions* options) {
  for (std::size_t i = 3; i < args.size(); ++i) {
    const auto is = [&](std::string_view name) { return absl::EqualsIgnoreCase(args[i], name); };
    const bool timed = options->unit || options->keep_ttl;
    std::optional<TimeUnit> unit;
    if (is("NX") && !options->xx) {
      options->nx = true;
    } else if (is("XX") && !options->nx) {
      options->xx = true;
    } else if (is("GET")) {
      options->get = true;
    } else if (is("KEEPTTL") && !options->unit) {
      options->keep_ttl = true;
    } else if ((unit = ParseTimeUnit(args[i])) && !timed && i + 1 < args.size()) {
      options->unit = unit;
      options->time = &args[++i];
    } else {
      return false;
    }
  }
  return true;
}

void Set(Call& call) {
  SetOptions options;
  if (!ParseSetOptions(call.args, &options)) return call.reply.Syntax();
  std::int64_t expires_ms = kNever;
  if (options.unit && !ReadPositiveExpiry(call, *options.time, *options.unit, "set", &expires_ms)) return;
  if (options.get && !ReplyString(call, call.args[1])) return;
  const bool found = call.store.Find(call.args[1], call.now_ms) != nullptr;
  if ((options.nx && found) || (options.xx && !found)) {
    if (!options.get) call.reply.Null();
    return;
  }
  if (options.keep_ttl && found) expires_ms = call.store.ExpiresAt(call.args[1]);
  call.store.Put(call.args[1], call.args[2]);
  if (expires_ms != kNever) call.store.SetExpiry(call.args[1], expires_ms);
  if (!options.get) call.reply.Ok();
}

void SetNx(Call& call) {
  const bool found = call.store.Find(call.args[1], call.now_ms) != nullptr;
  if (!found) call.store.Put(call.args[1], call.args[2]);
  call.reply.Integer(found ? 0 : 1);
}

void SetWithTime(Call& call, TimeUnit unit, std::string_view name) {
  std::int64_t expires_ms = kNever;
  if (!ReadPositiveExpiry(call, call.args[2], unit, name, &expires_ms)) return;
  call.store.Put(call.args[1], call.args[3]);
  call.store.SetExpiry(call.args[1], expires_ms);
  call.reply.Ok();
}

void SetEx(Call& call) { SetWithTime(call, TimeUnit::kSeconds, "setex"); }
void PSetEx(Call& call) { SetWithTime(call, TimeUnit::kMillis, "psetex"); }

void MGet(Call& call) {
  call.reply.Array(call.args.size() - 1);
  for (std::size_t i = 1; i < call.args.size(); ++i) {
    Value* const value = call.store.Find(call.args[i], call.now_ms);
    std::string* const text = value != nullptr ? std::get_if<std::string>(value) : nullptr;
    text != nullptr ? call.reply.Bulk(*text) : call.reply.Null();
  }
}

void MSet(Call& call) {
  if (call.args.size() % 2 == 0) return call.reply.WrongArity("mset");
  for (std::size_t i = 1; i < call.args.size(); i += 2) call.store.Put(call.args[i], call.args[i + 1]);
  call.reply.Ok();
}

void MSetNx(Call& call) {
  if (call.args.size() % 2 == 0) return call.reply.WrongArity("msetnx");
  for (std::size_t i = 1; i < call.args.size(); i += 2) {
    if (call.store.Find(call.args[i], call.now_ms) != nullptr) return call.reply.Integer(0);
  }
  for (std::size_t i = 1; i < call.args.size(); i += 2) call.store.Put(call.args[i], call.args[i + 1]);
  call.reply.Integer(1);
}

void Append(Call& call) {
  std::string* text = nullptr;
  if (!FindString(call, call.args[1], &text)) return;
  if (text == nullptr) text = &std::get<std::string>(call.store.Put(call.args[1], std::string()));
  if (text->size() + call.args[2].size() > kStringBytes) {
    return TooLong(call);
  }
  text->append(call.args[2]);
  call.reply.Integer(static_cast<std::int64_t>(text->size()));
}

void StrLen(Call& call) {
  std::string* text = nullptr;
  if (!FindString(call, call.args[1], &text)) return;
  call.reply.Integer(text != nullptr ? static_cast<std::int64_t>(text->size()) : 0);
}

// The bytes from args[2] to args[3], both included; negative numbers count from the end.
void GetRange(Call& call) {
  const std::optional<std::int64_t> first = ParseInteger(call.args[2]);
  const std::optional<std::int64_t> last = ParseInteger(call.args[3]);
  if (!first || !last) return call.reply.NotInteger();
  std::string* text = nullptr;
  if (!FindString(call, call.args[1], &text)) return;
  if (text == nullptr || text->empty() || (*first < 0 && *last < 0 && *first > *last)) return call.reply.Bulk("");
  // Unlike in a list, what lies before the beginning is the beginning, at both ends.
  const std::int64_t size = static_cast<std::int64_t>(text->size());
  const std::int64_t from = std::max<std::int64_t>(*first < 0 ? *first + size : *first, 0);
  const std::int64_t to = std::min(std::max<std::int64_t>(*last < 0 ? *last + size : *last, 0), size - 1);
  if (from > to) return call.reply.Bulk("");
  call.reply.Bulk(
      std::string_view(*text).substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from + 1)));
}

// Overwrites from args[2] on; zeros fill what lies between the end and there.
void SetRange(Call& call) {
  const std::optional<std::int64_t> offset = ParseInteger(call.args[2]);
  if (!offset) return call.reply.NotInteger();
  if (*offset < 0) return call.reply.Error("ERR offset is out of range");
  const std::string& piece = call.args[3];
  std::string* text = nullptr;
  if (!FindString(call, call.args[1], &text)) return;
  if (piece.empty()) return call.reply.Integer(text != nullptr ? static_cast<std::int64_t>(text->size()) : 0);
  const std::size_t at = static_cast<std::size_t>(*offset);
  if (at > kStringBytes || at + piece.size() > kStringBytes) return TooLong(call);
  if (text == nullptr) text = &std::get<std::string>(call.store.Put(call.args[1], std::string()));
  if (text->size() < at + piece.size()) text->resize(at + piece.size());
  text->replace(at, piece.size(), piece);
  call.reply.Integer(static_cast<std::int64_t>(text->size()));
}

void Add(Call& call, std::int64_t delta) {
  std::string* text = nullptr;
  if (!FindString(call, call.args[1], &text)) return;
  const std::optional<std::int64_t> old = text != nullptr ? ParseInteger(*text) : 0;
  if (!old) return call.reply.NotInteger();
  std::int64_t sum = 0;
  if (__builtin_add_overflow(*old, delta, &sum)) return call.reply.Error("ERR increment or decrement would overflow");
  // In place, because a counter keeps the time at which it expires.
  if (text != nullptr) {
    *text = std::to_string(sum);
  } else {
    call.store.Put(call.args[1], std::to_string(sum));
  }
  call.reply.Integer(sum);
}

void Incr(Call& call) { Add(call, 1); }
void Decr(Call& call) { Add(call, -1); }

void IncrBy(Call& call) {
  const std::optional<std::int64_t> delta = ParseInteger(call.args[2]);
  delta ? Add(call, *delta) : call.reply.NotInteger();
}

void DecrBy(Call& call) {
  const std::optional<std::int64_t> delta = ParseInteger(call.args[2]);
  if (!delta) return call.reply.NotInteger();
  if (*delta == std::numeric_limits<std::int64_t>::min()) return call.reply.Error("ERR decrement would overflow");
  Add(call, -*delta);
}

constexpr CommandSpec kCommands[] = {
    {"append", 3, Append}, {"decr", 2, Decr},         {"decrby", 3, DecrBy},  {"get", 2, Get},
    {"getdel", 2, GetDel}, {"getrange", 4, GetRange}, {"msetnx", -3, MSetNx}, {"setrange", 4, SetRange},
    {"getset", 3, GetSet}, {"incr", 2, Incr},         {"incrby", 3, IncrBy},  {"mget", -2, MGet},
    {"mset", -3, MSet},    {"psetex", 4, PSetEx},     {"set", -3, Set},       {"setex", 4, SetEx},
    {"setnx", 3, SetNx},   {"strlen", 2, StrLen},
};

}  // namespace

std::span<const CommandSpec> StringCommands() { return kCommands; }

}  // namespace gort::examples::redisd
