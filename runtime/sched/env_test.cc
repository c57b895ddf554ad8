#include "gort/runtime/sched/env.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

using ::testing::HasSubstr;

struct Parsed {
  bool ok;
  RuntimeEnv env;
  std::string error;
};

Parsed Parse(const std::vector<std::string>& entries) {
  std::vector<const char*> envp;
  for (const std::string& entry : entries) envp.push_back(entry.c_str());
  envp.push_back(nullptr);
  Parsed parsed;
  EnvError error;
  parsed.ok = ParseRuntimeEnv(envp.data(), &parsed.env, &error);
  parsed.error = error.sentence;
  return parsed;
}

void ExpectDefaults(const Parsed& parsed) {
  EXPECT_TRUE(parsed.ok) << parsed.error;
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.env.maxprocs, 0);
  EXPECT_EQ(parsed.env.traceback, Traceback::kSingle);
  EXPECT_EQ(parsed.env.schedtrace_ms, 0);
  EXPECT_FALSE(parsed.env.scheddetail);
  EXPECT_FALSE(parsed.env.blocked);
  EXPECT_FALSE(parsed.env.seeded);
}

TEST(RuntimeEnv, UnsetAndEmptyAreDefaults) {
  ExpectDefaults(Parse({}));
  ExpectDefaults(Parse({"PATH=/bin", "GOMAXPROCS=7"}));
  ExpectDefaults(Parse({"GORT_MAXPROCS=", "GORT_TRACEBACK=", "GORT_DEBUG=", "GORT_SCHED_SEED="}));
}

TEST(RuntimeEnv, Maxprocs) {
  EXPECT_EQ(Parse({"GORT_MAXPROCS=1"}).env.maxprocs, 1);
  EXPECT_EQ(Parse({"GORT_MAXPROCS=1024"}).env.maxprocs, kMaxProcs);
}

TEST(RuntimeEnv, TracebackByNameAndByNumber) {
  const struct {
    const char* value;
    Traceback want;
  } kCases[] = {
      {"none", Traceback::kNone},     {"single", Traceback::kSingle}, {"all", Traceback::kAll},
      {"system", Traceback::kSystem}, {"crash", Traceback::kCrash},   {"0", Traceback::kNone},
      {"1", Traceback::kAll},         {"2", Traceback::kSystem},
  };
  for (const auto& c : kCases) {
    const Parsed parsed = Parse({std::string("GORT_TRACEBACK=") + c.value});
    EXPECT_TRUE(parsed.ok) << parsed.error;
    EXPECT_EQ(parsed.env.traceback, c.want) << c.value;
  }
}

TEST(RuntimeEnv, DebugItems) {
  const struct {
    const char* value;
    int schedtrace_ms;
    bool scheddetail;
  } kCases[] = {
      {"schedtrace=1000", 1000, false},
      {"schedtrace=1000,scheddetail=1", 1000, true},
      {"scheddetail=1,schedtrace=2147483647", 2147483647, true},
      {",scheddetail=0,,schedtrace=5,", 5, false},
      {",", 0, false},
      {"schedtrace=5,schedtrace=0", 0, false},
  };
  for (const auto& c : kCases) {
    const Parsed parsed = Parse({std::string("GORT_DEBUG=") + c.value});
    EXPECT_TRUE(parsed.ok) << parsed.error;
    EXPECT_EQ(parsed.env.schedtrace_ms, c.schedtrace_ms) << c.value;
    EXPECT_EQ(parsed.env.scheddetail, c.scheddetail) << c.value;
  }
}

TEST(RuntimeEnv, BlockedStacksAndLeakcheckAreSwitches) {
  EXPECT_TRUE(Parse({"GORT_DEBUG=leakcheck=1"}).env.leakcheck);
  EXPECT_FALSE(Parse({"GORT_DEBUG=leakcheck=0"}).env.leakcheck);
  EXPECT_FALSE(Parse({}).env.stacks);
  EXPECT_TRUE(Parse({"GORT_DEBUG=stacks=1"}).env.stacks);
  EXPECT_TRUE(Parse({"GORT_DEBUG=blocked=1"}).env.blocked);
  EXPECT_FALSE(Parse({"GORT_DEBUG=blocked=1,blocked=0"}).env.blocked);
}

TEST(RuntimeEnv, SeedIsAnyWordAndZeroIsOne) {
  EXPECT_EQ(Parse({"GORT_SCHED_SEED=18446744073709551615"}).env.seed, UINT64_MAX);
  const Parsed zero = Parse({"GORT_SCHED_SEED=0"});
  EXPECT_TRUE(zero.env.seeded);
  EXPECT_EQ(zero.env.seed, 0u);
}

TEST(RuntimeEnv, TraceIsAFileAndPerhapsSeconds) {
  const std::vector<std::string> kPlain = {"GORT_TRACE=out.json"};  // the path lies in here
  const Parsed plain = Parse(kPlain);
  EXPECT_EQ(std::string(plain.env.trace.path, plain.env.trace.path_bytes), "out.json");
  EXPECT_EQ(plain.env.trace.seconds, 0);
  const std::vector<std::string> kLast = {"GORT_TRACE=/tmp/a b.json,seconds=30"};
  const Parsed last = Parse(kLast);
  EXPECT_EQ(std::string(last.env.trace.path, last.env.trace.path_bytes), "/tmp/a b.json");
  EXPECT_EQ(last.env.trace.seconds, 30);
  for (const char* wrong : {",", ",seconds=1", "f,seconds", "f,seconds=", "f,seconds=0", "f,seconds=86401", "f,seconds=-1", "f,minutes=1"}) {
    const Parsed parsed = Parse({std::string("GORT_TRACE=") + wrong});
    EXPECT_FALSE(parsed.ok) << wrong;
    EXPECT_EQ(parsed.error, std::string("gort: GORT_TRACE is \"") + wrong +
                                "\"; expected a file, which may be followed by ,seconds=N, with N from 1 to 86400");
  }
}

TEST(RuntimeEnv, MalformedValuesAreNamedWithWhatIsExpected) {
  const struct {
    const char* key;
    const char* value;
    const char* expected;
  } kCases[] = {
      {"GORT_MAXPROCS", "0", "a whole number from 1 to 1024"},
      {"GORT_MAXPROCS", "-1", "a whole number from 1 to 1024"},
      {"GORT_MAXPROCS", "1025", "a whole number from 1 to 1024"},
      {"GORT_MAXPROCS", "two", "a whole number from 1 to 1024"},
      {"GORT_MAXPROCS", "4 ", "a whole number from 1 to 1024"},
      {"GORT_MAXPROCS", "99999999999999999999", "a whole number from 1 to 1024"},
      {"GORT_TRACEBACK", "All", "none, single, all, system, crash, 0, 1 or 2"},
      {"GORT_TRACEBACK", "3", "none, single, all, system, crash, 0, 1 or 2"},
      {"GORT_DEBUG", "gctrace=1", "key=value items with commas between, the keys being schedtrace, scheddetail, blocked, stacks and leakcheck"},
      {"GORT_DEBUG", "schedtrace", "schedtrace to be milliseconds, a whole number from 0 to 2147483647"},
      {"GORT_DEBUG", "schedtrace=2147483648", "schedtrace to be milliseconds, a whole number from 0 to 2147483647"},
      {"GORT_DEBUG", "schedtrace=1,scheddetail=2", "scheddetail to be 0 or 1"},
      {"GORT_DEBUG", "scheddetail=1=1", "scheddetail to be 0 or 1"},
      {"GORT_DEBUG", "blocked=yes", "blocked to be 0 or 1"},
      {"GORT_DEBUG", "blocked", "blocked to be 0 or 1"},
      {"GORT_DEBUG", "stacks=2", "stacks to be 0 or 1"},
      {"GORT_DEBUG", "leakcheck=on", "leakcheck to be 0 or 1"},
      {"GORT_SCHED_SEED", "-1", "a whole number from 0 to 18446744073709551615"},
      {"GORT_SCHED_SEED", "18446744073709551616", "a whole number from 0 to 18446744073709551615"},
      {"GORT_SCHED_SEED", "0x10", "a whole number from 0 to 18446744073709551615"},
  };
  for (const auto& c : kCases) {
    const Parsed parsed = Parse({std::string(c.key) + "=" + c.value});
    EXPECT_FALSE(parsed.ok) << c.key << "=" << c.value;
    EXPECT_EQ(parsed.error, std::string("gort: ") + c.key + " is \"" + c.value + "\"; expected " + c.expected);
  }
}

TEST(RuntimeEnv, ASentenceStaysWholeAndOnOneLine) {
  const Parsed parsed = Parse({"GORT_DEBUG=a\n\x1b[31m" + std::string(10'000, 'x')});
  EXPECT_FALSE(parsed.ok);
  EXPECT_THAT(parsed.error, HasSubstr("\"a??[31mxxx"));
  EXPECT_THAT(parsed.error, HasSubstr("xxx...\"; expected key=value items with commas between, the keys being"));
  EXPECT_THAT(parsed.error, HasSubstr("schedtrace, scheddetail, blocked, stacks and leakcheck"));
}

TEST(RuntimeEnvDeathTest, AMalformedValueEndsTheProgramWithOneSentence) {
  const char* const envp[] = {"GORT_MAXPROCS=many", nullptr};
  EXPECT_EXIT(ReadRuntimeEnv(envp), ::testing::ExitedWithCode(2),
              "^gort: GORT_MAXPROCS is \"many\"; expected a whole number from 1 to 1024\n$");
}

}  // namespace
}  // namespace gort::runtime
