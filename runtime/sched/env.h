// What the environment says about the runtime.
//
//   GORT_MAXPROCS    how many Ps, 1 to 1024                                                            Go: GOMAXPROCS
//   GORT_TRACEBACK   none, single, all, system or crash; 0, 1, 2 for none, all, system                 Go: GOTRACEBACK
//   GORT_DEBUG       key=value, several with commas between:                                           Go: GODEBUG
//                      schedtrace=N     a line about the scheduler every N milliseconds; 0: none
//                      scheddetail=0|1  and one per P, M and goroutine
//                      stacks=0|1       measures how deep each goroutine's stack went (ours)
//                      blocked=0|1      reports goroutines that block their thread without Blocking (ours)
//                      leakcheck=0|1    at the end of main, reports goroutines that can never wake again, and fails (ours)
//   GORT_TRACE       file[,seconds=N]: an execution trace (of the last N seconds) is written there when the program ends (ours)
//   GORT_SCHED_SEED  a whole number: every choice of the scheduler comes from this seed                (ours)
//
// An empty value is as good as none. A malformed one stops the program before main, where Go ignores it: a typing error
// would otherwise be found out by whoever wonders about the result.
#ifndef GORT_RUNTIME_SCHED_ENV_H_
#define GORT_RUNTIME_SCHED_ENV_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sys/text.h"

namespace gort::runtime {

// No more Ps than this. Go has had no bound since 1.10; ours lets what exists once per P be an array.
inline constexpr int kMaxProcs = 1024;

// Which goroutines a fatal error or an uncaught panic prints. Source: Go 1.27 runtime.gotraceback.
enum class Traceback : uint8_t {
  kNone,    // none
  kSingle,  // the one that failed; all when there is none
  kAll,     // all that the user started
  kSystem,  // the runtime's, too
  kCrash,   // as kSystem, then abort() for a core dump
};

// Where an execution trace goes. The path lies in the environment and does not end with a zero byte.
struct TraceEnv {
  const char* path = nullptr;  // null: nowhere
  size_t path_bytes = 0;
  int32_t seconds = 0;  // 0: as far back as the rings go
};

struct RuntimeEnv {
  int maxprocs = 0;  // 0: not set
  Traceback traceback = Traceback::kSingle;
  int32_t schedtrace_ms = 0;  // 0: off
  bool scheddetail = false;
  bool blocked = false;
  bool stacks = false;
  bool leakcheck = false;
  TraceEnv trace;
  bool seeded = false;  // GORT_SCHED_SEED is set, to `seed`
  uint64_t seed = 0;
};

// The level that `word` names. Returns null, or what would have been understood instead.
// Runs on: any.
const char* ParseTraceback(sys::Text word, Traceback* level);

// One sentence about the first value that is malformed: its key, the value and what is expected. Empty: there is none.
struct EnvError {
  static constexpr size_t kMaxBytes = 256;
  char sentence[kMaxBytes] = "";
};

// Reads `envp` into *env, whose other fields keep their defaults. False: *error says what is wrong.
// Runs on: any.  Needs P: no.  Blocks: never.
[[nodiscard]] bool ParseRuntimeEnv(const char* const* envp, RuntimeEnv* env, EnvError* error);

// The same for the start of the program.
// Runs on: any.  Needs P: no.  Blocks: never.  Errors: prints the sentence to fd 2 and ends the process with status 2.
RuntimeEnv ReadRuntimeEnv(const char* const* envp);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_ENV_H_
