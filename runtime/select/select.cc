#include "gort/runtime/select/select.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "gort/runtime/panic/panic.h"

namespace gort {
namespace internal {

void PanicSelect() { throw PanicError("select on synctest channel from outside bubble"); }

}  // namespace internal

namespace {

constexpr std::size_t kCasesOnStack = 16;

// What selectgo needs for `count` cases.
struct Room {
  runtime::scase* prepared;
  std::uint16_t* order;
  runtime::sudog* sudogs;
};
template <std::size_t kCount>
struct RoomFor {
  runtime::scase prepared[kCount];
  std::uint16_t order[2 * kCount];
  runtime::sudog sudogs[kCount];
};

}  // namespace

int Select(std::span<SelectCase> cases) {
  const std::size_t count = cases.size();
  if (count > runtime::kMaxCases) throw PanicError("reflect.Select: too many cases (max 65536)");

  RoomFor<kCasesOnStack> on_stack;
  Room room = {on_stack.prepared, on_stack.order, on_stack.sudogs};
  std::unique_ptr<runtime::scase[]> prepared;
  std::unique_ptr<std::uint16_t[]> order;
  std::unique_ptr<runtime::sudog[]> sudogs;
  if (count > kCasesOnStack) {
    prepared.reset(new runtime::scase[count]);
    order.reset(new std::uint16_t[2 * count]);
    sudogs.reset(new runtime::sudog[count]);
    room = {prepared.get(), order.get(), sudogs.get()};
  }

  int default_index = -1;
  for (std::size_t i = 0; i < count; ++i) {
    room.prepared[i] = cases[i].body_->Prepare();
    if (!cases[i].body_->IsDefault()) continue;
    if (default_index >= 0) throw PanicError("reflect.Select: multiple default cases");
    default_index = static_cast<int>(i);
  }
  const runtime::SelectResult chosen =
      runtime::selectgo(room.prepared, room.order, room.sudogs, static_cast<int>(count), default_index < 0);
  if (chosen.index < 0) return default_index;
  if (chosen.status == runtime::ChanStatus::kOutsideBubble) internal::PanicSelect();
  cases[chosen.index].body_->Finish(chosen.status);
  return chosen.index;
}

}  // namespace gort
