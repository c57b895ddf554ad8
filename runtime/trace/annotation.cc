#include "gort/runtime/trace/annotation.h"

#include <atomic>

#include "gort/runtime/sched/trace.h"

namespace gort::trace {

using runtime::traceEv;
using runtime::traceText;

namespace {

constexpr ContextKey<std::uint32_t> kTask("trace.Task");

constinit std::atomic<std::uint32_t> last_task{0};
constinit std::atomic<std::uint64_t> last_region{0};

traceText TextOf(std::string_view s) { return {s.data(), s.size()}; }

}  // namespace

std::uint32_t TaskOf(const Context& ctx) {
  const std::uint32_t* id = ctx.Value(kTask);
  return id != nullptr ? *id : 0;
}

Task::Task(const Context& parent, std::string_view name)
    : id_(last_task.fetch_add(1, std::memory_order_relaxed) + 1), context_(WithValue(parent, kTask, id_)) {
  traceUser(traceEv::kTaskBegin, id_, TaskOf(parent), TextOf(name), {});
}

void Task::End() {
  if (!ended_) traceUser(traceEv::kTaskEnd, id_, 0, {}, {});
  ended_ = true;
}

Region::Region(const Context& ctx, std::string_view name) : id_(0) {
  if (!runtime::traceEnabled()) return;
  id_ = last_region.fetch_add(1, std::memory_order_relaxed) + 1;
  traceUser(traceEv::kRegionBegin, id_, TaskOf(ctx), TextOf(name), {});
}

Region::~Region() {
  if (id_ != 0) traceUser(traceEv::kRegionEnd, id_, 0, {}, {});
}

void Log(std::string_view category, std::string_view message) {
  traceUser(traceEv::kUserLog, 0, 0, TextOf(category), TextOf(message));
}

void Log(const Context& ctx, std::string_view category, std::string_view message) {
  if (runtime::traceEnabled()) traceUser(traceEv::kUserLog, TaskOf(ctx), 0, TextOf(category), TextOf(message));
}

}  // namespace gort::trace
