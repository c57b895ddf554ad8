#include "gort/gstruct/crosscheck/compare.h"

#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

constexpr GoVersion k127 = {1, 27};

Layout OneStruct(std::vector<Field> fields, std::optional<uint64_t> size = 16) {
  return {{{"g", size, std::move(fields)}}, {}};
}

std::vector<Difference> Rules(std::string_view text) {
  Result<std::vector<Difference>> rules = ParseDifferences(text, "FILE");
  EXPECT_TRUE(rules.ok()) << rules.error().sentence;
  return rules.ok() ? *rules : std::vector<Difference>();
}

// The verdict on field `field` of g.
Verdict VerdictOn(const Report& report, std::string_view field) {
  for (const Row& row : report.rows) {
    if (row.field == field) return row.verdict;
  }
  ADD_FAILURE() << "no row for " << field;
  return Verdict::kMissing;
}

TEST(Compare, EqualLayoutsAreTheSame) {
  const Layout layout = OneStruct({{"m", 0, 8}, {"goid", 8, 8}});
  const Report report = CompareWithGo(layout, layout, {}, k127);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.counts.at(Verdict::kSame), 3u) << "two fields and the size";
}

TEST(Compare, EveryUnexplainedDifferenceFails) {
  const Layout ours = OneStruct({{"m", 0, 8}, {"goid", 8, 8}});
  EXPECT_FALSE(CompareWithGo(ours, OneStruct({{"m", 0, 8}, {"goid", 16, 8}}), {}, k127).ok()) << "moved";
  EXPECT_FALSE(CompareWithGo(ours, OneStruct({{"m", 0, 8}, {"goid", 8, 4}}), {}, k127).ok()) << "resized";
  EXPECT_FALSE(CompareWithGo(ours, OneStruct({{"m", 0, 8}, {"goid", 8, 8}}, 24), {}, k127).ok()) << "size";
  EXPECT_FALSE(CompareWithGo(ours, OneStruct({{"m", 0, 8}}), {}, k127).ok()) << "extra";
  EXPECT_FALSE(CompareWithGo(OneStruct({{"m", 0, 8}}), ours, {}, k127).ok()) << "missing";
}

// A missing field must not look like one at offset 0.
TEST(Compare, AMissingFieldAtOffsetZeroIsMissing) {
  const Report report = CompareWithGo(OneStruct({}), OneStruct({{"stack", 0, 0}}), {}, k127);
  EXPECT_EQ(VerdictOn(report, "stack"), Verdict::kMissing);
  EXPECT_FALSE(report.rows.back().ours.has_value());
}

TEST(Compare, AMissingStructureMissesEveryField) {
  const Report theirs_only = CompareWithGo({}, OneStruct({{"m", 0, 8}}), {}, k127);
  EXPECT_EQ(theirs_only.counts.at(Verdict::kMissing), 2u);
  const Report ours_only = CompareWithGo(OneStruct({{"m", 0, 8}}), {}, {}, k127);
  EXPECT_EQ(ours_only.counts.at(Verdict::kExtra), 2u);
}

TEST(Compare, SizesThatASourceDoesNotTellAreNotCompared) {
  const Report report = CompareWithGo(OneStruct({{"m", 0, 8}}), OneStruct({{"m", 0, std::nullopt}}), {}, k127);
  EXPECT_TRUE(report.ok());
}

TEST(Compare, AStanzaExplainsOnlyItsKindOfDifference) {
  const Layout ours = OneStruct({{"m", 0, 8}, {"name", 8, 8}});
  const Layout theirs = OneStruct({{"m", 8, 4}, {"xRegs", 0, 8}});
  const auto rules = Rules(
      "moved g\n  fields m\n  because a.\n\nresized g\n  fields m\n  because b.\n\n"
      "absent g\n  fields xRegs\n  because c.\n\nours g\n  fields name\n  because d.\n");
  const Report report = CompareWithGo(ours, theirs, rules, k127);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.counts.at(Verdict::kExplained), 3u);
  EXPECT_EQ(report.applied.size(), 4u);
  EXPECT_EQ(report.used.size(), 4u);
}

TEST(Compare, AFieldThatMovedAndChangedItsSizeNeedsBothExplanations) {
  const Layout ours = OneStruct({{"m", 0, 8}});
  const Layout theirs = OneStruct({{"m", 8, 4}});
  EXPECT_FALSE(CompareWithGo(ours, theirs, Rules("moved g\n  fields m\n  because a.\n"), k127).ok());
  EXPECT_FALSE(CompareWithGo(ours, theirs, Rules("resized g\n  fields m\n  because a.\n"), k127).ok());
}

TEST(Compare, StanzasOfOtherReleasesExplainNothing) {
  const auto rules = Rules("moved g\n  fields m\n  versions -1.24\n  because a.\n");
  const Layout ours = OneStruct({{"m", 0, 8}});
  const Layout theirs = OneStruct({{"m", 8, 8}});
  EXPECT_TRUE(CompareWithGo(ours, theirs, rules, {1, 24}).ok());
  EXPECT_FALSE(CompareWithGo(ours, theirs, rules, {1, 25}).ok());
}

TEST(Compare, OurConstantsAreComparedWhereTheSourceHasAny) {
  Layout ours;
  ours.constants = {{"stackGuard", 928}, {"rt0StackSize", 65536}};
  Layout theirs;
  EXPECT_TRUE(CompareWithGo(ours, theirs, {}, k127).ok()) << "debug information: no constants at all";
  theirs.constants = {{"stackGuard", 928}, {"_Gidle", 0}};
  Report report = CompareWithGo(ours, theirs, {}, k127);
  EXPECT_EQ(VerdictOn(report, "stackGuard"), Verdict::kSame);
  EXPECT_EQ(VerdictOn(report, "rt0StackSize"), Verdict::kExtra);
  theirs.constants[0].value = 800;
  EXPECT_EQ(VerdictOn(CompareWithGo(ours, theirs, {}, k127), "stackGuard"), Verdict::kDiffers);
}

TEST(Compare, StructuresThatAreNotGosAreNotComparedWithGo) {
  const Layout ours = {{{"ehglobals", 16, {{"caughtExceptions", 0, 8}}}}, {}};
  EXPECT_TRUE(CompareWithGo(ours, {}, {}, k127).rows.empty());
}

TEST(CompareWithOwnBinary, NothingButUnlistedFieldsIsExplained) {
  const Layout ours = OneStruct({{"m", 0, 8}});
  const Layout binary = OneStruct({{"m", 0, 8}, {"hole8", 8, 8}});
  EXPECT_FALSE(CompareWithOwnBinary(ours, binary, {}).ok());
  EXPECT_FALSE(CompareWithOwnBinary(ours, binary, Rules("absent g\n  fields *\n  because a.\n")).ok());
  EXPECT_TRUE(CompareWithOwnBinary(ours, binary, Rules("unlisted g\n  fields hole*\n  because a.\n")).ok());
  const auto moved = Rules("moved g\n  fields *\n  because a.\n");
  EXPECT_FALSE(CompareWithOwnBinary(ours, OneStruct({{"m", 8, 8}}), moved).ok());
}

TEST(CompareWithOwnBinary, NotesStructuresThatTheProgramDoesNotUse) {
  Layout ours = OneStruct({{"m", 0, 8}});
  ours.structs.push_back({"hchan", 8, {{"qcount", 0, 8}}});
  const Report report = CompareWithOwnBinary(ours, OneStruct({{"m", 0, 8}}), {});
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.not_described, std::vector<std::string>{"hchan"});
}

}  // namespace
}  // namespace gort::crosscheck
