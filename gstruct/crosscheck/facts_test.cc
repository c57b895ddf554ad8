#include "gort/gstruct/crosscheck/facts.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

constexpr std::string_view kHeader = "goversion\tgoos_goarch\tstruct\tfield\toffset\tsize\ttype\n";

std::string Refusal(std::string_view line) {
  const Result<std::vector<Facts>> facts = ParseFacts(std::string(kHeader) + std::string(line));
  return facts.ok() ? "" : facts.error().sentence;
}

TEST(ParseFacts, GroupsLinesByReleaseAndArchitecture) {
  const Result<std::vector<Facts>> facts = ParseFacts(
      "1.19.8\tlinux_amd64\truntime.g\t(size)\t0\t392\tstruct\n"
      "1.19.8\tlinux_amd64\truntime.g\tm\t48\t8\t*runtime.m\n"
      "1.19.8\tlinux_amd64\truntime.g\t_\t56\t8\tuint64\n"
      "1.19.8\tlinux_amd64\tconst\t_StackGuard\t928\t8\tconst\n"
      "1.19.8\tlinux_arm64\truntime.g\t(size)\t0\t392\tstruct\n");
  ASSERT_TRUE(facts.ok()) << facts.error().sentence;
  ASSERT_EQ(facts->size(), 2u);
  const Layout& layout = (*facts)[0].layout;
  ASSERT_NE(layout.Find("g"), nullptr);
  EXPECT_EQ(layout.Find("g")->fields, (std::vector<Field>{{"m", 48, 8}})) << "blank fields are no fields";
  EXPECT_EQ(layout.FindConstant("_StackGuard")->value, 928u);
}

TEST(ParseFacts, RefusesOtherLinesWithTheirNumber) {
  EXPECT_NE(Refusal("1.19.8\tlinux_amd64\truntime.g\t(size)\t0\t392\n").find("line 2"), std::string::npos)
      << "a column less";
  EXPECT_NE(Refusal("1.x\tlinux_amd64\truntime.g\t(size)\t0\t392\tstruct\n").find("line 2"), std::string::npos);
  EXPECT_NE(Refusal("1.19.8\tplan9_amd64\truntime.g\t(size)\t0\t392\tstruct\n").find("line 2"), std::string::npos);
  EXPECT_NE(Refusal("1.19.8\tlinux_amd64\tg\t(size)\t0\t392\tstruct\n").find("line 2"), std::string::npos);
  EXPECT_NE(Refusal("1.19.8\tlinux_amd64\truntime.g\tm\t48\t8\t*m\n").find("line 2"), std::string::npos)
      << "no (size) before";
  EXPECT_NE(Refusal("1.19.8\tlinux_amd64\truntime.g\t(size)\t-1\t392\tstruct\n").find("line 2"), std::string::npos);
}

TEST(BuiltInFacts, HaveEveryStructureForEveryReleaseAndArchitecture) {
  EXPECT_EQ(KnownReleases(BuiltInFacts()), "1.19, 1.23, 1.24, 1.26, 1.27");
  for (int minor : {19, 23, 24, 26, 27}) {
    for (std::string_view goarch : {"amd64", "arm64", "riscv64"}) {
      const Facts* facts = FindFacts(BuiltInFacts(), {1, minor}, goarch);
      ASSERT_NE(facts, nullptr) << minor << goarch;
      for (std::string_view name : kGoStructs)
        EXPECT_NE(facts->layout.Find(name), nullptr) << facts->release << " " << name;
      EXPECT_FALSE(facts->layout.constants.empty()) << facts->release;
    }
  }
  EXPECT_EQ(FindFacts(BuiltInFacts(), {1, 22}, "amd64"), nullptr);
  EXPECT_EQ(FindFacts(BuiltInFacts(), {1, 27}, "386"), nullptr);
}

TEST(RecogniseRelease, KnowsEachReleaseByItsLayout) {
  for (const Facts& facts : BuiltInFacts()) {
    EXPECT_EQ(RecogniseRelease(BuiltInFacts(), facts.layout), facts.version) << facts.release << " " << facts.goarch;
  }
  EXPECT_FALSE(RecogniseRelease(BuiltInFacts(), Layout()).has_value());
}

}  // namespace
}  // namespace gort::crosscheck
