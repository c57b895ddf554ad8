#include "gort/runtime/sched/reports.h"

#include "gort/runtime/sched/blocked.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/fault.h"
#include "gort/runtime/sched/schedtrace.h"
#include "gort/runtime/sched/stackdepth.h"

namespace gort::runtime {

namespace {

void Install(const RuntimeEnv& env, bool guest) {
  schedtraceinit(env.schedtrace_ms, env.scheddetail);
  blockedinit(env.blocked);
  stackdepths = env.stacks;
  InstallFatalDump();
  InstallFaultHandlers(guest);
}

bool WantSysmon() { return schedtracewhen() != INT64_MAX || blockedreports(); }

std::int64_t When() {
  const std::int64_t trace_ns = schedtracewhen();
  const std::int64_t blocked_ns = blockedwhen();
  return trace_ns < blocked_ns ? trace_ns : blocked_ns;
}

void Run(std::int64_t now_ns) {
  schedtracerun(now_ns);
  blockedrun(now_ns);
}

}  // namespace

const Reports reports = {
    .install = &Install,
    .wantsysmon = &WantSysmon,
    .when = &When,
    .run = &Run,
    .suspect = &blockedsuspect,
    .goended = &stackended,
};

}  // namespace gort::runtime
