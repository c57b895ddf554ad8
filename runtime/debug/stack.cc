#include "gort/runtime/debug/stack.h"

#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/sys/print.h"

namespace gort {

namespace internal {
namespace {

void Append(void* to, const char* text, std::size_t size) { static_cast<std::string*>(to)->append(text, size); }

struct Request {
  runtime::g* gp;
  bool all;
  std::string text;
};

void Dump(void* request_pointer) {
  auto* request = static_cast<Request*>(request_pointer);
  const runtime::DumpOptions options = {.system = runtime::gotraceback() >= runtime::Traceback::kSystem, .fold = false};
  runtime::sys::Printer out(&Append, &request->text);
  runtime::DumpGoroutine(request->gp, nullptr, options, &out);
  if (request->all) runtime::DumpAllGoroutines(request->gp, options, &out);
}

}  // namespace
}  // namespace internal

std::string Stack(bool all) {
  runtime::ensurestarted();
  internal::Request request = {runtime::selfg(), all, {}};
  if (all) {
    runtime::withworldstopped(&internal::Dump, &request);
  } else {
    internal::Dump(&request);
  }
  request.text.erase(0, 1);  // the empty line that each block begins with
  return std::move(request.text);
}

}  // namespace gort
