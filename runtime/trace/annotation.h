// What a program says in its own words in a trace: messages, regions and tasks. Without a recording each costs a branch.
//
//     gort::trace::Task task(ctx, "request");                  work that may go through many goroutines
//     Go([ctx = task.context()] {
//       gort::trace::WithRegion(ctx, "parse", [&] { ... });    a part of a goroutine's time
//       gort::trace::Log(ctx, "user", name);                   a moment
//     });
//
// Names are cut at 96 bytes, messages at 1,024.
// Source: Go 1.27 runtime/trace.NewTask, WithRegion, StartRegion, Log.
#ifndef GORT_RUNTIME_TRACE_ANNOTATION_H_
#define GORT_RUNTIME_TRACE_ANNOTATION_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "gort/runtime/context/context.h"

namespace gort::trace {

// The task that ctx belongs to; 0: none.
std::uint32_t TaskOf(const Context& ctx);

// A task from its construction to its destruction or End, whichever is first, on whatever goroutines. A task made with the context of another
// one is a part of that.
class Task {
 public:
  explicit Task(std::string_view name) : Task(Context(), name) {}
  Task(const Context& parent, std::string_view name);
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { End(); }

  // The parent with this task in it.
  const Context& context() const { return context_; }
  std::uint32_t id() const { return id_; }
  void End();

 private:
  std::uint32_t id_;
  Context context_;
  bool ended_ = false;
};

// A region of the calling goroutine's time, from construction to destruction; on the same goroutine, and nested as scopes are.
class Region {
 public:
  explicit Region(std::string_view name) : Region(Context(), name) {}
  Region(const Context& ctx, std::string_view name);
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  ~Region();

 private:
  std::uint64_t id_;  // 0: nobody recorded when it began
};

// Calls f within a region, and returns what it returns.
template <class F>
decltype(auto) WithRegion(std::string_view name, F&& f) {
  const Region region(name);
  return std::forward<F>(f)();
}
template <class F>
decltype(auto) WithRegion(const Context& ctx, std::string_view name, F&& f) {
  const Region region(ctx, name);
  return std::forward<F>(f)();
}

// A message of now, by the calling goroutine; shown under its category.
void Log(std::string_view category, std::string_view message);
void Log(const Context& ctx, std::string_view category, std::string_view message);

}  // namespace gort::trace

#endif  // GORT_RUNTIME_TRACE_ANNOTATION_H_
