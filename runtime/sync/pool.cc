#include "gort/runtime/sync/pool.h"

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/thread.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::internal {

std::size_t PoolShard() {
  const runtime::m* mp = runtime::selfg()->m;
  if (const runtime::p* pp = mp->p; pp != nullptr) return static_cast<std::size_t>(pp->id) % kPoolShards;
  // No P: each thread has a shard, by its kernel id.
  return mp->procid % kPoolShards;
}

}  // namespace gort::internal

GORT_RACE_INVISIBLE_END
