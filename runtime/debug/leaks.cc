#include "gort/runtime/debug/leaks.h"

#include <algorithm>

#include "absl/status/status.h"
#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/debug/reach.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/sanitizer.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GORT_HAS_SHADOW_MEMORY 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GORT_HAS_SHADOW_MEMORY 1
#endif

namespace gort::debug {

namespace {

#if defined(GORT_HAS_SHADOW_MEMORY)
constexpr bool kHasShadowMemory = true;
#else
constexpr bool kHasShadowMemory = false;
#endif

// The lowest address of the frame it is inlined into, above which the registers lie that its caller may hold references in.
[[gnu::always_inline]] inline std::uintptr_t FrameWithRegisters() {
  __builtin_unwind_init();
  return reinterpret_cast<std::uintptr_t>(__builtin_alloca(16));
}

// Again while somebody was met between waiting and running, which takes a moment, but not for ever: where many goroutines work
// there is always one.
[[gnu::noinline]] absl::Status Find(std::uintptr_t caller_sp) {
  constexpr int kSearches = 10;
  if (kHasShadowMemory || runtime::RunningOnValgrind()) {
    return absl::UnimplementedError(
        "no leak report with AddressSanitizer, ThreadSanitizer or Valgrind, whose tables refer to all memory; use a build without");
  }
  runtime::ensurestarted();
  runtime::selfg();
  for (int i = 0; i < kSearches; ++i) {
    runtime::LeakSearch search = {.caller_sp = caller_sp};
    runtime::withworldstopped(&runtime::SearchLeaks, &search);
    if (search.error != nullptr) return absl::UnavailableError(std::string("no leak report: ") + search.error);
    if (search.unsettled == 0) break;
    runtime::sys::SchedYield();
  }
  return absl::OkStatus();
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
  if (absl::Status status = Find(FrameWithRegisters()); !status.ok()) return status;
  return Numbers(&runtime::isleaked);
}

absl::StatusOr<std::string> LeakReport() {
  if (absl::Status status = Find(FrameWithRegisters()); !status.ok()) return status;
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
