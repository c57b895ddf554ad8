#include "gort/runtime/debug/stack.h"

#include "gort/runtime/debug/pagebuffer.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/sys/print.h"

namespace gort {

namespace internal {
namespace {

struct Request {
  runtime::g* gp;
  bool all;
  runtime::PageBuffer text;
};

// Runs on: the goroutine, or g0 with the world stopped.
void Dump(void* request_pointer) {
  auto* request = static_cast<Request*>(request_pointer);
  const runtime::DumpOptions options = {.system = runtime::gotraceback() >= runtime::Traceback::kSystem, .fold = false};
  runtime::sys::Printer out(&runtime::PageBuffer::Sink, &request->text);
  runtime::DumpGoroutine(request->gp, nullptr, options, &out);
  if (request->all) runtime::DumpAllGoroutines(request->gp, options, &out);
}

}  // namespace
}  // namespace internal

std::string Stack(bool all) {
  runtime::ensurestarted();
  internal::Request request = {.gp = runtime::selfg(), .all = all, .text = {}};
  if (all) {
    runtime::withworldstopped(&internal::Dump, &request);
  } else {
    internal::Dump(&request);
  }
  return std::string(request.text.text().substr(1));  // without the empty line that each block begins with
}

}  // namespace gort
