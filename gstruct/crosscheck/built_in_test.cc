// Goal: gort's structures of today, Go's of five releases on three architectures, and differences.txt fit together.

#include <cstddef>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/compare.h"
#include "gort/gstruct/crosscheck/differences.h"
#include "gort/gstruct/crosscheck/facts.h"
#include "gort/gstruct/crosscheck/file.h"
#include "gort/gstruct/crosscheck/own_layout.h"
#include "gort/gstruct/crosscheck/sources.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

Report CompareWithFacts(const Facts& facts) {
  return CompareWithGo(OwnLayout(), facts.layout, BuiltInDifferences(), facts.version);
}

// Compares with a program that uses every structure.
Report CompareWithSample() {
  const char* path = std::getenv("GORT_SAMPLE");
  EXPECT_NE(path, nullptr) << "names the sample program; the BUILD file sets it";
  Result<std::string> bytes = ReadFile(path == nullptr ? "" : path, "");
  if (!bytes.ok()) {
    ADD_FAILURE() << bytes.error().sentence;
    return Report();
  }
  Result<Source> source = ReadOwnElf(*bytes, path, OwnLayout());
  EXPECT_TRUE(source.ok()) << source.error().sentence;
  return source.ok() ? CompareWithOwnBinary(OwnLayout(), source->layout, BuiltInDifferences()) : Report();
}

void ExpectOk(const Report& report, const std::string& what) {
  for (const Row& row : report.rows) {
    const bool bad = row.verdict != Verdict::kSame && row.verdict != Verdict::kExplained;
    EXPECT_FALSE(bad) << what << ": " << row.struct_name << "." << row.field << " " << ToString(row.verdict)
                      << ": correct the structure, or explain it in gstruct/crosscheck/differences.txt";
  }
}

TEST(BuiltIn, EveryDifferenceFromEveryReleaseIsExplained) {
  for (const Facts& facts : BuiltInFacts()) ExpectOk(CompareWithFacts(facts), facts.release + " " + facts.goarch);
}

TEST(BuiltIn, AProgramSaysWhatTheOffsetsRuleSays) {
  const Report report = CompareWithSample();
  ExpectOk(report, "the sample program");
  EXPECT_TRUE(report.not_described.empty()) << report.not_described.front() << ": use it in sample_program.cc";
  EXPECT_GT(report.counts.at(Verdict::kSame), 100u);
}

TEST(BuiltIn, NoExplanationIsStale) {
  std::set<DifferenceMatch> used = CompareWithSample().used;
  for (const Facts& facts : BuiltInFacts()) used.merge(CompareWithFacts(facts).used);
  const std::vector<Difference>& all = BuiltInDifferences();
  for (size_t i = 0; i < all.size(); i++) {
    for (size_t j = 0; j < all[i].fields.size(); j++) {
      EXPECT_TRUE(used.contains({i, j})) << "differences.txt, line " << all[i].line << ": " << ToString(all[i].kind)
                                         << " " << all[i].struct_name << " " << all[i].fields[j]
                                         << " explains nothing (any more): remove it";
    }
  }
}

// Architecture decision 2: stack, gobuf and g through goid are Go 1.27's, on every architecture; sudog, hchan and waitq
// too. No entry in differences.txt may undo that.
TEST(BuiltIn, ThePromisedLayoutIsExactlyThatOfGo126And127) {
  for (const Facts& facts : BuiltInFacts()) {
    if (facts.version < GoVersion{1, 26}) continue;
    bool past_goid = false;
    for (const Row& row : CompareWithFacts(facts).rows) {
      const std::string_view name = row.struct_name;
      if (name == "g" && row.field == kSizeRow) continue;
      const bool promised = name == "stack" || name == "gobuf" || name == "sudog" || name == "hchan" ||
                            name == "waitq" || (name == "g" && !past_goid);
      past_goid = past_goid || (name == "g" && row.field == "goid");
      if (promised) {
        EXPECT_EQ(row.verdict, Verdict::kSame)
            << facts.release << " " << facts.goarch << " " << name << "." << row.field;
      }
    }
    EXPECT_TRUE(past_goid);
  }
}

// m through id, p through m, schedt through lock: what profilers and debuggers walk.
TEST(BuiltIn, WhatToolsWalkBehindGIsWhereGo127HasIt) {
  const std::set<std::string> walked = {"m.g0",      "m.morebuf", "m.procid",       "m.gsignal",     "m.tls",
                                        "m.curg",    "m.p",       "m.id",           "p.id",          "p.status",
                                        "p.link",    "p.m",       "p.schedtick",    "p.syscalltick", "g.m",
                                        "g.sched",   "g.goid",    "g.labels",       "g.gopc",        "g.waiting",
                                        "g.startpc", "g.sigpc",   "schedt.goidgen", "schedt.lock"};
  const Facts* facts = FindFacts(BuiltInFacts(), {1, 27}, OwnGoArch());
  ASSERT_NE(facts, nullptr);
  size_t seen = 0;
  for (const Row& row : CompareWithFacts(*facts).rows) {
    if (!walked.contains(row.struct_name + "." + row.field)) continue;
    seen++;
    EXPECT_EQ(row.verdict, Verdict::kSame) << row.struct_name << "." << row.field;
  }
  EXPECT_EQ(seen, walked.size());
}

}  // namespace
}  // namespace gort::crosscheck
