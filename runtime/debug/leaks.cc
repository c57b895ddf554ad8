#include "gort/runtime/debug/leaks.h"

#include <algorithm>

#include "absl/status/status.h"
#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/debug/findleaks.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sys/print.h"

namespace gort::debug {

namespace {

[[gnu::noinline]] absl::Status Find(std::uintptr_t caller_sp) {
  runtime::LeakSearch search = {.caller_sp = caller_sp};
  runtime::FindLeaks(&search);
  if (search.error == nullptr) return absl::OkStatus();
  const std::string why = std::string("no leak report: ") + search.error;
  return search.unsupported ? absl::UnimplementedError(why) : absl::UnavailableError(why);
}

[[gnu::noinline]] std::vector<std::uint64_t> Numbers(bool (*wanted)(const runtime::g*)) {
  std::vector<std::uint64_t> numbers;
  for (const runtime::g* gp = runtime::allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    if (wanted(gp)) numbers.push_back(gp->goid);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void Append(void* to, const char* more, std::size_t size) { static_cast<std::string*>(to)->append(more, size); }

[[gnu::noinline]] std::string Text() {
  std::string text;
  runtime::sys::Printer out(&Append, &text);
  runtime::DumpAllGoroutines(nullptr, {.leaked = true}, &out);
  out.Flush();
  if (!text.empty()) text.erase(0, 1);  // the empty line before the first
  return text;
}

}  // namespace

absl::StatusOr<std::vector<std::uint64_t>> LeakedGoroutines() {
  if (absl::Status status = Find(runtime::FrameWithRegisters()); !status.ok()) return status;
  return Numbers(&runtime::isleaked);
}

absl::StatusOr<std::string> LeakReport() {
  if (absl::Status status = Find(runtime::FrameWithRegisters()); !status.ok()) return status;
  return Text();
}

std::vector<std::uint64_t> Goroutines() {
  return Numbers([](const runtime::g* gp) { return gp->atomicstatus.load(std::memory_order_acquire) != runtime::kGdead; });
}

std::string DescribeGoroutines(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  runtime::sys::Printer out(&Append, &text);
  for (runtime::g* gp = runtime::allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    if (std::binary_search(numbers.begin(), numbers.end(), gp->goid)) runtime::DumpGoroutine(gp, nullptr, {}, &out);
  }
  out.Flush();
  return text;
}

}  // namespace gort::debug
