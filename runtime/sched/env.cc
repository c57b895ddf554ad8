#include "gort/runtime/sched/env.h"

#include "gort/runtime/sys/getenv.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gort/runtime/sys/text.h"

namespace gort::runtime {
namespace {

using sys::Cut;
using sys::ParseUint;
using sys::Text;

constexpr int kUsageStatus = 2;
constexpr size_t kShownValueBytes = 80;  // more of a wrong value helps nobody

// Appends to the sentence; what does not fit is dropped.
class SentenceWriter {
 public:
  explicit SentenceWriter(EnvError* error) : error_(error) {}

  SentenceWriter& Add(Text text) {
    for (size_t i = 0; i < text.size && size_ + 1 < EnvError::kMaxBytes; ++i) error_->sentence[size_++] = text.data[i];
    error_->sentence[size_] = '\0';
    return *this;
  }

  // The value comes from outside: on one line, not endless, and without a terminal's escapes.
  SentenceWriter& AddQuoted(Text value) {
    Add("\"");
    for (size_t i = 0; i < value.size && i < kShownValueBytes; ++i) {
      const bool printable = value.data[i] >= ' ' && value.data[i] != '\x7f';
      Add(printable ? Text(value.data + i, 1) : Text("?"));
    }
    return Add(value.size > kShownValueBytes ? "...\"" : "\"");
  }

 private:
  EnvError* error_;
  size_t size_ = 0;
};

// Each parser takes one value and returns null, or what it had expected instead.

const char* ParseMaxprocs(Text value, RuntimeEnv* env) {
  static_assert(kMaxProcs == 1024, "the text says so");
  uint64_t n = 0;
  if (!ParseUint(value, kMaxProcs, &n) || n == 0) return "a whole number from 1 to 1024";
  env->maxprocs = static_cast<int>(n);
  return nullptr;
}

const char* ParseTracebackLevel(Text value, RuntimeEnv* env) { return ParseTraceback(value, &env->traceback); }

const char* ParseSchedSeed(Text value, RuntimeEnv* env) {
  if (!ParseUint(value, UINT64_MAX, &env->seed)) return "a whole number from 0 to 18446744073709551615";
  env->seeded = true;
  return nullptr;
}

const char* ParseSchedtrace(Text value, RuntimeEnv* env) {
  uint64_t ms = 0;
  if (!ParseUint(value, INT32_MAX, &ms)) return "schedtrace to be milliseconds, a whole number from 0 to 2147483647";
  env->schedtrace_ms = static_cast<int32_t>(ms);
  return nullptr;
}

const char* ParseScheddetail(Text value, RuntimeEnv* env) {
  uint64_t on = 0;
  if (!ParseUint(value, 1, &on)) return "scheddetail to be 0 or 1";
  env->scheddetail = on != 0;
  return nullptr;
}

const char* ParseBlocked(Text value, RuntimeEnv* env) {
  uint64_t on = 0;
  if (!ParseUint(value, 1, &on)) return "blocked to be 0 or 1";
  env->blocked = on != 0;
  return nullptr;
}

const char* ParseStacks(Text value, RuntimeEnv* env) {
  uint64_t on = 0;
  if (!ParseUint(value, 1, &on)) return "stacks to be 0 or 1";
  env->stacks = on != 0;
  return nullptr;
}

const char* ParseLeakcheck(Text value, RuntimeEnv* env) {
  uint64_t on = 0;
  if (!ParseUint(value, 1, &on)) return "leakcheck to be 0 or 1";
  env->leakcheck = on != 0;
  return nullptr;
}

struct Setting {
  const char* key;
  const char* (*parse)(Text value, RuntimeEnv* env);
};

constexpr Setting kDebugSettings[] = {
    {"schedtrace", &ParseSchedtrace},
    {"scheddetail", &ParseScheddetail},
    {"blocked", &ParseBlocked},
    {"stacks", &ParseStacks},
    {"leakcheck", &ParseLeakcheck},
};

// Empty items are skipped, so that a script may write GORT_DEBUG=$GORT_DEBUG,schedtrace=1000. Of two the last counts.
const char* ParseDebug(Text value, RuntimeEnv* env) {
  while (!value.empty()) {
    Text item = Cut(&value, ',');
    if (item.empty()) continue;
    const Text key = Cut(&item, '=');
    const Setting* found = nullptr;
    for (const Setting& setting : kDebugSettings) {
      if (key == setting.key) found = &setting;
    }
    if (found == nullptr) {
      return "key=value items with commas between, the keys being schedtrace, scheddetail, blocked, stacks and leakcheck";
    }
    if (const char* expected = found->parse(item, env); expected != nullptr) return expected;
  }
  return nullptr;
}

const char* ParseTrace(Text value, RuntimeEnv* env) {
  constexpr const char* kExpected = "a file, which may be followed by ,seconds=N, with N from 1 to 86400";
  constexpr uint64_t kMostSeconds = 86400;
  const Text path = Cut(&value, ',');
  if (path.empty()) return kExpected;
  uint64_t seconds = 0;
  while (!value.empty()) {
    Text item = Cut(&value, ',');
    if (item.empty()) continue;
    const Text key = Cut(&item, '=');
    if (!(key == "seconds") || !ParseUint(item, kMostSeconds, &seconds) || seconds == 0) return kExpected;
  }
  env->trace = {path.data, path.size, static_cast<int32_t>(seconds)};
  return nullptr;
}

constexpr Setting kVariables[] = {
    {"GORT_MAXPROCS", &ParseMaxprocs},
    {"GORT_TRACEBACK", &ParseTracebackLevel},
    {"GORT_DEBUG", &ParseDebug},
    {"GORT_TRACE", &ParseTrace},
    {"GORT_SCHED_SEED", &ParseSchedSeed},
};

}  // namespace

const char* ParseTraceback(Text word, Traceback* level) {
  constexpr struct {
    const char* name;
    Traceback level;
  } kNames[] = {
      {"none", Traceback::kNone},     {"single", Traceback::kSingle}, {"all", Traceback::kAll},
      {"system", Traceback::kSystem}, {"crash", Traceback::kCrash},   {"0", Traceback::kNone},
      {"1", Traceback::kAll},         {"2", Traceback::kSystem},
  };
  for (const auto& known : kNames) {
    if (!(word == known.name)) continue;
    *level = known.level;
    return nullptr;
  }
  return "none, single, all, system, crash, 0, 1 or 2";
}

bool ParseRuntimeEnv(const char* const* envp, RuntimeEnv* env, EnvError* error) {
  for (const Setting& variable : kVariables) {
    const char* value = sys::Getenv(envp, variable.key);
    if (value == nullptr || *value == '\0') continue;
    const char* expected = variable.parse(value, env);
    if (expected == nullptr) continue;
    SentenceWriter(error).Add("gort: ").Add(variable.key).Add(" is ").AddQuoted(value).Add("; expected ").Add(expected);
    return false;
  }
  return true;
}

RuntimeEnv ReadRuntimeEnv(const char* const* envp) {
  RuntimeEnv env;
  EnvError error;
  if (!ParseRuntimeEnv(envp, &env, &error)) {
    sys::Printer().Str(error.sentence).Char('\n');
    sys::ExitGroup(kUsageStatus);
  }
  return env;
}

}  // namespace gort::runtime
