// How much stack the goroutines of each go statement use.

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/metrics/metrics.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/gostatement.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sched/stackdepth.h"
#include "gort/stack/stack.h"

namespace gort::metrics {

namespace {

using runtime::Peek;

// By contents and not by address: each translation unit may have its own copy of a file's name.
using SiteKey = std::tuple<std::string_view, std::string_view, std::uint32_t>;  // file, function, line

struct Sums {
  SpawnSite site;
  std::uint64_t stack_bytes;
};

class Table {
 public:
  Sums& At(const runtime::GoStatement& go) {
    const bool is_main = go.function == nullptr;
    const char* function = is_main ? "main" : go.function;
    const char* file = is_main ? "" : go.file;
    Sums& sums = sums_[SiteKey(file, function, go.line)];
    sums.site.function = function;
    sums.site.file = file;
    sums.site.line = go.line;
    return sums;
  }

  std::vector<SpawnSite> Rows() const {
    std::vector<SpawnSite> rows;
    for (const auto& [key, sums] : sums_) {
      rows.push_back(sums.site);
      rows.back().mean_stack_bytes = sums.stack_bytes / (sums.site.goroutines + sums.site.ended);
    }
    const auto deeper = [](const SpawnSite& a, const SpawnSite& b) { return a.max_stack_bytes > b.max_stack_bytes; };
    std::stable_sort(rows.begin(), rows.end(), deeper);
    return rows;
  }

 private:
  std::map<SiteKey, Sums> sums_;
};

// A goroutine may end, and its g serve another, while we look: then the row is the one's and the depth the other's, as it may
// be for a stack that is reused anyway. What we read stays where it is: gs and spawn sites live for ever.
void AddLive(const runtime::g* gp, Table* table) {
  if (gp->atomicstatus.load(std::memory_order_acquire) == runtime::kGdead) return;
  const runtime::stack slot = {Peek(gp->slot.lo), Peek(gp->slot.hi)};
  const std::size_t depth = slot.hi != 0 ? runtime::StackHighWater(slot) : 0;
  if (depth == 0) return;  // its stack was unmapped just now
  Sums& sums = table->At(runtime::gostatement(gp));
  ++sums.site.goroutines;
  sums.site.max_stack_bytes = std::max(sums.site.max_stack_bytes, depth);
  sums.stack_bytes += depth;
}

void AddEnded(const runtime::StackSite& ended, Table* table) {
  Sums& sums = table->At(ended.go);
  sums.site.ended += ended.ended;
  sums.site.max_stack_bytes = std::max(sums.site.max_stack_bytes, ended.max_bytes);
  sums.stack_bytes += ended.sum_bytes;
}

}  // namespace

std::vector<SpawnSite> SpawnSites() {
  Table table;
  // Acquire: pairs with the release in allgadd.
  for (const runtime::g* gp = runtime::allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    AddLive(gp, &table);
  }
  std::vector<runtime::StackSite> ended(runtime::kStackSites);
  ended.resize(runtime::stacksites(ended.data(), ended.size()));
  for (const runtime::StackSite& site : ended) AddEnded(site, &table);
  return table.Rows();
}

std::string SpawnSiteTable() {
  std::string text = "goroutines       ended   max stack  mean stack  started by\n";
  for (const SpawnSite& site : SpawnSites()) {
    char numbers[96];
    std::snprintf(numbers, sizeof(numbers), "%10llu  %10llu  %10zu  %10zu  ",
                  static_cast<unsigned long long>(site.goroutines), static_cast<unsigned long long>(site.ended),
                  site.max_stack_bytes, site.mean_stack_bytes);
    text.append(numbers).append(site.function);
    if (*site.file != '\0') text.append(" ").append(site.file).append(":").append(std::to_string(site.line));
    text.append("\n");
  }
  return text;
}

}  // namespace gort::metrics
