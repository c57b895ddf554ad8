#include "gort/runtime/trace/livego.h"

#include <atomic>

#include "gort/gstruct/status.h"
#include "gort/runtime/sched/globals.h"

namespace gort::trace::internal {

namespace {

// The reads race with a goroutine that is being made of the same g, on purpose: the second look at the status and the number finds that out.
__attribute__((no_sanitize("thread"))) void Read(const runtime::g* gp, GoName* name, LiveState* state) {
  name->goid = gp->goid;
  name->file = gp->gofile;
  name->function = gp->gofunction != nullptr ? gp->gofunction : "";
  name->line = gp->goline;
  name->parent = gp->parentGoid;
  name->name_size = 0;
  for (const char* c = gp->name; c != nullptr && *c != '\0' && name->name_size < GoName::kMostBytes; ++c) {
    name->name[name->name_size++] = *c;
  }
  state->reason = static_cast<std::uint8_t>(gp->waitreason);
}

__attribute__((no_sanitize("thread"))) std::uint64_t ReadGoid(const runtime::g* gp) { return gp->goid; }

// Acquire: pairs with the release by who made the goroutine.
std::uint32_t Status(const runtime::g* gp) { return gp->atomicstatus.load(std::memory_order_acquire); }
bool IsAlive(std::uint32_t status) { return status != runtime::kGidle && status != runtime::kGdead; }

}  // namespace

bool ReadLiveGo(const runtime::g* gp, GoName* name, LiveState* state) {
  state->status = Status(gp);
  if (!IsAlive(state->status)) return false;
  Read(gp, name, state);
  std::atomic_thread_fence(std::memory_order_acquire);  // the second look comes after the reads
  return IsAlive(Status(gp)) && ReadGoid(gp) == name->goid;
}

void ReadLiveGo(const runtime::g* gp, GoName* name) {
  GoName now{};
  LiveState unused{};
  if (gp != nullptr && ReadLiveGo(gp, &now, &unused) && now.goid == name->goid) *name = now;
}

Text ProgramName() {
  if (runtime::argv == nullptr || runtime::argc < 1) return "";
  const char* base = runtime::argv[0];
  for (const char* at = base; *at != '\0'; ++at) {
    if (*at == '/') base = at + 1;
  }
  return base;
}

}  // namespace gort::trace::internal
