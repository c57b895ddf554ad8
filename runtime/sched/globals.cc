#include "gort/runtime/sched/globals.h"

#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/sched/reports.h"
#include "gort/runtime/sched/trace.h"

namespace gort::runtime {

constinit g g0{};
constinit m m0{};
constinit schedt sched{.goidgen = 1, .lock = lockRanked(lockRankSched)};  // 1 is main's, whoever starts first
constinit std::atomic<p*> allp[kMaxProcs]{};
constinit std::atomic<std::int32_t> gomaxprocs{0};
constinit std::atomic<m*> allm{nullptr};
constinit std::atomic<g*> allgs{nullptr};
constinit std::atomic<std::int64_t> allglen{0};
constinit bool seeded = false;
constinit std::uint64_t seed = 0;
constinit sys::SigsetBits initSigmask = 0;
constinit bool stackdepths = false;
constinit std::atomic<traceBuffers*> tracebuffers{nullptr};

std::int32_t argc = 0;
char** argv = nullptr;
char** envp = nullptr;
std::int32_t ncpu = 0;
std::uint64_t physPageSize = 0;

}  // namespace gort::runtime
