// Lists. An empty list does not exist: who takes the last element removes the key.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "gort/examples/redisd/commands.h"
#include "gort/examples/redisd/number.h"

namespace gort::examples::redisd {
namespace {

enum class End { kLeft, kRight };

// Finds the list at args[1]; `out` is null if there is none. False: there is something else, and the client has been told.
bool FindList(Call& call, List** out) {
  Value* const value = call.store.Find(call.args[1], call.now_ms);
  *out = value != nullptr ? std::get_if<List>(value) : nullptr;
  if (value == nullptr || *out != nullptr) return true;
  call.reply.WrongType();
  return false;
}

void Push(Call& call, End end, bool must_exist) {
  List* list = nullptr;
  if (!FindList(call, &list)) return;
  if (list == nullptr && must_exist) return call.reply.Integer(0);
  if (list == nullptr) list = &std::get<List>(call.store.Put(call.args[1], List()));
  for (std::size_t i = 2; i < call.args.size(); ++i) {
    end == End::kLeft ? list->push_front(call.args[i]) : list->push_back(call.args[i]);
  }
  call.reply.Integer(static_cast<std::int64_t>(list->size()));
}

void LPush(Call& call) { Push(call, End::kLeft, /*must_exist=*/false); }
void RPush(Call& call) { Push(call, End::kRight, /*must_exist=*/false); }
void LPushX(Call& call) { Push(call, End::kLeft, /*must_exist=*/true); }
void RPushX(Call& call) { Push(call, End::kRight, /*must_exist=*/true); }

void ReplyPopped(Call& call, List& list, End end) {
  call.reply.Bulk(end == End::kLeft ? list.front() : list.back());
  end == End::kLeft ? list.pop_front() : list.pop_back();
}

void Pop(Call& call, End end, std::string_view name) {
  if (call.args.size() > 3) return call.reply.WrongArity(name);
  const bool counted = call.args.size() == 3;
  const std::optional<std::int64_t> count = counted ? ParseInteger(call.args[2]) : 1;
  if (!count || *count < 0) return call.reply.Error("ERR value is out of range, must be positive");
  List* list = nullptr;
  if (!FindList(call, &list)) return;
  if (list == nullptr) return counted ? call.reply.NullArray() : call.reply.Null();
  const std::size_t popped = std::min(static_cast<std::size_t>(*count), list->size());
  if (counted) call.reply.Array(popped);
  for (std::size_t i = 0; i < popped; ++i) ReplyPopped(call, *list, end);
  if (list->empty()) call.store.Erase(call.args[1], call.now_ms);
}

void LPop(Call& call) { Pop(call, End::kLeft, "lpop"); }
void RPop(Call& call) { Pop(call, End::kRight, "rpop"); }

void LLen(Call& call) {
  List* list = nullptr;
  if (!FindList(call, &list)) return;
  call.reply.Integer(list != nullptr ? static_cast<std::int64_t>(list->size()) : 0);
}

// What args[2] and args[3] name of a list of `size`: elements from first to before last. Negative numbers count from the end.
struct Slice {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

// False: the client has been told what is wrong.
bool ReadSlice(Call& call, Slice* slice) {
  const std::optional<std::int64_t> first = ParseInteger(call.args[2]);
  const std::optional<std::int64_t> last = ParseInteger(call.args[3]);
  if (!first || !last) {
    call.reply.NotInteger();
    return false;
  }
  *slice = {*first, *last};
  return true;
}

Slice Clip(Slice slice, std::int64_t size) {
  if (slice.first < 0) slice.first = std::max<std::int64_t>(slice.first + size, 0);
  if (slice.last < 0) slice.last += size;
  slice.last = std::min(slice.last, size - 1) + 1;
  if (slice.first >= slice.last) return {0, 0};
  return slice;
}

void LRange(Call& call) {
  Slice slice;
  List* list = nullptr;
  if (!ReadSlice(call, &slice) || !FindList(call, &list)) return;
  if (list == nullptr) return call.reply.Array(0);
  slice = Clip(slice, static_cast<std::int64_t>(list->size()));
  call.reply.Array(static_cast<std::size_t>(slice.last - slice.first));
  std::for_each(list->begin() + slice.first, list->begin() + slice.last,
                [&](const std::string& element) { call.reply.Bulk(element); });
}

void LTrim(Call& call) {
  Slice slice;
  List* list = nullptr;
  if (!ReadSlice(call, &slice) || !FindList(call, &list)) return;
  call.reply.Ok();
  if (list == nullptr) return;
  slice = Clip(slice, static_cast<std::int64_t>(list->size()));
  list->erase(list->begin() + slice.last, list->end());
  list->erase(list->begin(), list->begin() + slice.first);
  if (list->empty()) call.store.Erase(call.args[1], call.now_ms);
}

// Returns the element that `index` names, or null.
std::string* ElementAt(List& list, std::int64_t index) {
  const std::int64_t size = static_cast<std::int64_t>(list.size());
  if (index < 0) index += size;
  return index >= 0 && index < size ? &list[static_cast<std::size_t>(index)] : nullptr;
}

void LIndex(Call& call) {
  List* list = nullptr;
  if (!FindList(call, &list)) return;
  if (list == nullptr) return call.reply.Null();
  const std::optional<std::int64_t> index = ParseInteger(call.args[2]);
  if (!index) return call.reply.NotInteger();
  const std::string* const element = ElementAt(*list, *index);
  element != nullptr ? call.reply.Bulk(*element) : call.reply.Null();
}

void LSet(Call& call) {
  List* list = nullptr;
  if (!FindList(call, &list)) return;
  if (list == nullptr) return call.reply.Error("ERR no such key");
  const std::optional<std::int64_t> index = ParseInteger(call.args[2]);
  if (!index) return call.reply.NotInteger();
  std::string* const element = ElementAt(*list, *index);
  if (element == nullptr) return call.reply.Error("ERR index out of range");
  *element = call.args[3];
  call.reply.Ok();
}

// Removes `count` elements that equal args[3]: the first ones, or with count < 0 the last ones; 0: all.
void LRem(Call& call) {
  const std::optional<std::int64_t> count = ParseInteger(call.args[2]);
  if (!count) return call.reply.NotInteger();
  List* list = nullptr;
  if (!FindList(call, &list)) return;
  if (list == nullptr) return call.reply.Integer(0);
  const bool from_end = *count < 0;
  // Negated as unsigned: the smallest number has no positive one.
  std::uint64_t left = from_end ? 0 - static_cast<std::uint64_t>(*count) : static_cast<std::uint64_t>(*count);
  if (left == 0) left = list->size();
  if (from_end) std::reverse(list->begin(), list->end());
  const std::size_t before = list->size();
  std::erase_if(*list, [&](const std::string& element) { return element == call.args[3] && left > 0 && left-- > 0; });
  if (from_end) std::reverse(list->begin(), list->end());
  call.reply.Integer(static_cast<std::int64_t>(before - list->size()));
  if (list->empty()) call.store.Erase(call.args[1], call.now_ms);
}

constexpr CommandSpec kCommands[] = {
    {"lindex", 3, LIndex},  {"llen", 2, LLen},     {"lpop", -2, LPop},   {"lpush", -3, LPush},
    {"lpushx", -3, LPushX}, {"lrange", 4, LRange}, {"lrem", 4, LRem},    {"lset", 4, LSet},
    {"ltrim", 4, LTrim},    {"rpop", -2, RPop},    {"rpush", -3, RPush}, {"rpushx", -3, RPushX},
};

}  // namespace

std::span<const CommandSpec> ListCommands() { return kCommands; }

}  // namespace gort::examples::redisd
