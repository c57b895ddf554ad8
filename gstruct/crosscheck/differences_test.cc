#include "gort/gstruct/crosscheck/differences.h"

#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

constexpr std::string_view kText =
    "# A comment.\n"
    "\n"
    "absent g\n"
    "  fields    gcscandone gc*\n"
    "  fields    xRegs\n"
    "  because   There is no collector,\n"
    "            because nobody needs one.\n"
    "\n"
    "moved g\n"
    "  fields    goid\n"
    "  versions  1.23-1.24\n"
    "  because   gobuf.ret.\n"
    "\n"
    "ours const\n"
    "  fields    a\n"
    "  versions  -1.20\n"
    "  because   Before.\n"
    "\n"
    "resized m\n"
    "  fields    (size)\n"
    "  versions  1.26-\n"
    "  because   After.\n";

constexpr GoVersion k120 = {1, 20};
constexpr GoVersion k124 = {1, 24};
constexpr GoVersion k127 = {1, 27};

std::string Refusal(std::string_view text) {
  const Result<std::vector<Difference>> all = ParseDifferences(text, "FILE");
  return all.ok() ? "" : all.error().sentence;
}

class DifferencesTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::vector<Difference>> all = ParseDifferences(kText, "FILE");
    ASSERT_TRUE(all.ok()) << all.error().sentence;
    all_ = *all;
  }

  bool Explains(DifferenceKind kind, std::string_view struct_name, std::string_view field,
                std::optional<GoVersion> version) {
    return FindDifference(all_, kind, struct_name, field, version).has_value();
  }

  std::vector<Difference> all_;
};

TEST_F(DifferencesTest, JoinsTheLinesOfAReasonEvenWhenOneBeginsLikeAKey) {
  EXPECT_EQ(all_[0].reason, "There is no collector, because nobody needs one.");
  EXPECT_EQ(all_[0].fields.size(), 3u);
  EXPECT_EQ(all_[0].line, 3u);
}

TEST_F(DifferencesTest, ExplainOnlyTheirKindAndStructure) {
  EXPECT_TRUE(Explains(DifferenceKind::kAbsent, "g", "xRegs", k127));
  EXPECT_FALSE(Explains(DifferenceKind::kMoved, "g", "xRegs", k127));
  EXPECT_FALSE(Explains(DifferenceKind::kAbsent, "p", "xRegs", k127));
}

TEST_F(DifferencesTest, AStarStandsForTheRestOfAName) {
  EXPECT_TRUE(Explains(DifferenceKind::kAbsent, "g", "gcAssistBytes", k127));
  EXPECT_FALSE(Explains(DifferenceKind::kAbsent, "g", "xRegsAndMore", k127));
  const std::optional<DifferenceMatch> match = FindDifference(all_, DifferenceKind::kAbsent, "g", "gcscandone", k127);
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(*match, (DifferenceMatch{0, 0})) << "the first pattern that fits";
}

TEST_F(DifferencesTest, ApplyToTheirReleasesWithBothEnds) {
  EXPECT_TRUE(Explains(DifferenceKind::kMoved, "g", "goid", k124));
  EXPECT_FALSE(Explains(DifferenceKind::kMoved, "g", "goid", k127));
  EXPECT_FALSE(Explains(DifferenceKind::kMoved, "g", "goid", k120));
  EXPECT_TRUE(Explains(DifferenceKind::kOurs, "const", "a", k120));
  EXPECT_FALSE(Explains(DifferenceKind::kOurs, "const", "a", k124));
  EXPECT_TRUE(Explains(DifferenceKind::kResized, "m", "(size)", k127));
  EXPECT_FALSE(Explains(DifferenceKind::kResized, "m", "(size)", k124));
}

TEST_F(DifferencesTest, WithoutAReleaseOnlyUnlimitedStanzasApply) {
  EXPECT_TRUE(Explains(DifferenceKind::kAbsent, "g", "xRegs", std::nullopt));
  EXPECT_FALSE(Explains(DifferenceKind::kMoved, "g", "goid", std::nullopt));
}

TEST_F(DifferencesTest, SayTheirReleasesInWords) {
  EXPECT_EQ(all_[0].VersionsText(), "every release");
  EXPECT_EQ(all_[1].VersionsText(), "1.23 to 1.24");
  EXPECT_EQ(all_[2].VersionsText(), "up to 1.20");
  EXPECT_EQ(all_[3].VersionsText(), "since 1.26");
}

TEST(ParseDifferences, RefusesWhatItCannotReadWithTheLine) {
  EXPECT_NE(Refusal("gone g\n").find("FILE, line 1:"), std::string::npos);
  EXPECT_NE(Refusal("absent\n").find("line 1:"), std::string::npos);
  EXPECT_NE(Refusal("  fields a\n").find("line 1:"), std::string::npos);
  EXPECT_NE(Refusal("absent g\nabsent p\n").find("line 2:"), std::string::npos);
  EXPECT_NE(Refusal("absent g\n  field a\n").find("line 2:"), std::string::npos);
  EXPECT_NE(Refusal("absent g\n  versions 1.x-\n").find("line 2:"), std::string::npos);
  EXPECT_NE(Refusal("absent g\n  versions -\n").find("line 2:"), std::string::npos);
  EXPECT_NE(Refusal("absent g\n  fields a\n").find("line 1: this stanza lacks"), std::string::npos);
  EXPECT_NE(Refusal("\nabsent g\n  because it is.\n").find("line 2: this stanza lacks"), std::string::npos);
}

}  // namespace
}  // namespace gort::crosscheck
