// Who blocks threads, from the scheduler's table to the user's.

#include "gort/runtime/metrics/collect.h"
#include "gort/runtime/metrics/metrics.h"
#include "gort/runtime/sched/blocked.h"

namespace gort::metrics {

namespace {

std::vector<runtime::BlockedSite> Sites() {
  std::vector<runtime::BlockedSite> sites(runtime::kBlockedSites);
  sites.resize(runtime::blockedsites(sites.data(), sites.size()));
  return sites;
}

void Append(void* text, const char* more, std::size_t size) { static_cast<std::string*>(text)->append(more, size); }

std::string StackOf(const runtime::BlockedSite& site) {
  std::string text;
  runtime::sys::Printer out(&Append, &text);
  runtime::printblockedframes(site, &out);
  out.Flush();
  return text;
}

}  // namespace

std::vector<BlockedThread> BlockedThreads() {
  std::vector<BlockedThread> threads;
  for (const runtime::BlockedSite& site : Sites()) {
    const bool is_main = site.go.function == nullptr;
    const char* name = runtime::syscallname(site.syscall);
    threads.push_back({is_main ? "main" : site.go.function, is_main ? "" : site.go.file, site.go.line, site.syscall,
                       name != nullptr ? name : "", site.events, std::chrono::nanoseconds(site.longest_ns), site.goid,
                       StackOf(site)});
  }
  return threads;
}

std::uint64_t ReadBlockedEvents() {
  std::uint64_t events = 0;
  for (const runtime::BlockedSite& site : Sites()) events += site.events;
  return events;
}

}  // namespace gort::metrics
