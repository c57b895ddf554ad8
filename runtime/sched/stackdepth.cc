#include "gort/runtime/sched/stackdepth.h"

#include "gort/gstruct/mutex.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/malg.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

namespace {

// table[0 .. nsites) are in use. Guard: table_lock.
constinit mutex table_lock{};
constinit StackSite table[kStackSites]{};
constinit std::size_t nsites = 0;

// Locks: table_lock held.  Null: there are too many.
StackSite* SiteOf(const g* gp) {
  const GoStatement go = gostatement(gp);
  for (std::size_t i = 0; i < nsites; ++i) {
    if (table[i].go == go) return &table[i];
  }
  if (nsites == kStackSites) return nullptr;
  StackSite* site = &table[nsites++];
  *site = {go, 0, 0, 0};
  return site;
}

}  // namespace

void stackended(g* gp) {
  const std::size_t depth = StackHighWater(gp->slot);
  trimstack(gp);
  lock(&table_lock);
  if (StackSite* site = SiteOf(gp); site != nullptr) {
    ++site->ended;
    site->sum_bytes += depth;
    if (site->max_bytes < depth) site->max_bytes = depth;
  }
  unlock(&table_lock);
}

std::size_t stacksites(StackSite* sites, std::size_t most) {
  lock(&table_lock);
  const std::size_t n = nsites;
  for (std::size_t i = 0; i < n && i < most; ++i) sites[i] = table[i];
  unlock(&table_lock);
  return n;
}

}  // namespace gort::runtime
