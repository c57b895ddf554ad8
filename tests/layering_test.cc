// The order of the packages (bazel/layers.bzl), in this source tree; and that the check sees what it should, in small
// trees made for it.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gort/tests/layering/check.h"
#include "gort/tests/layering/source.h"
#include "gort/tests/layering/starlark.h"
#include "gort/tests/layering/tree.h"
#include "gtest/gtest.h"

namespace gort::layering {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A tree without offences, to which each test adds its own.
Tree SmallTree(Tree more = {}) {
  Tree tree = {
      {"bazel/layers.bzl", R"(
# LAYERS = [["a comment"]]
LAYERS = [
    ["low"],  # 0
    [],
    ["mid"],
    [],
    ["sched"],
    ["high"],
    ["", "bazel", "rt0"],
]
ABSEIL_FROM = 5
)"},
      {"BUILD.bazel", "cc_library(name = 'gort', hdrs = ['gort.h'], deps = ['//high'])"},
      {"bazel/BUILD.bazel", "package_group(name = 'layer2_and_up', packages = ['//...', '-//low'])"},
      {"low/BUILD.bazel", "cc_library(name = 'low', hdrs = ['low.h'], visibility = ['//high:__pkg__'])"},
      {"low/low.h", "#include <cstdint>\n"},
      {"mid/BUILD.bazel", "cc_library(name = 'mid', srcs = ['arch/mid.S'], hdrs = ['mid.h'], deps = ['//low'])"},
      {"mid/mid.h", "#include \"gort/low/low.h\"\n"},
      {"mid/arch/mid.S", "#include \"gort/low/low_asm.h\"\n"},
      {"high/BUILD.bazel", "cc_library(name = 'high', deps = ['//mid:mid', '@com_google_absl//absl/strings'])"},
      {"rt0/BUILD.bazel", "cc_library(name = 'rt0', deps = ['//mid', '//high'])"},
      {"sched/BUILD.bazel", "cc_library(name = 'sched', deps = ['//mid'])"},
  };
  for (auto& [path, text] : more) tree[path] = text;
  return tree;
}

TEST(Layering, ThisTreeKeepsTheOrder) {
  // The test sees the tree itself and not a copy: globs end at package borders, so a list of all files would have to be
  // kept by hand. Hence its tag "external": the result is never taken from the cache.
  const std::filesystem::path workspace = std::filesystem::canonical("WORKSPACE");
  const Tree tree = ReadTree(workspace.parent_path().string());
  ASSERT_THAT(tree, SizeIs(::testing::Gt(50))) << workspace << " does not lead to the source tree";
  std::string offences;
  for (const std::string& offence : Check(tree)) offences += offence + "\n";
  EXPECT_EQ(offences, "");
}

TEST(LayeringCheck, AcceptsATreeInOrder) { EXPECT_THAT(Check(SmallTree()), IsEmpty()); }

TEST(LayeringCheck, ReportsADependencyOnAHigherLayer) {
  EXPECT_THAT(
      Check(SmallTree({{"low/BUILD.bazel", "\ncc_library(name = 'low', deps = ['//mid'])"}})),
      ElementsAre("low/BUILD.bazel:2: the dependency //mid is of layer 2, above this package's 0; let the upper "
                  "package install a function instead, or move the code"));
}

TEST(LayeringCheck, FindsDependenciesInSelectsDictionariesAndComprehensions) {
  for (const char* deps : {"select({'//conditions:default': ['//mid']})", "{'x86_64': ['//mid']}['x86_64']",
                           "[':a'] + ['//mid' for x in y]", "['@gort//mid:mid']", "[\"//mid\", # why\n]"}) {
    EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", std::string("[cc_library(name = 'low', deps = ") + deps + ")]"}})),
                SizeIs(1))
        << deps;
  }
}

TEST(LayeringCheck, FollowsAnAlias) {
  const char kAlias[] = "alias(name = 'tool', actual = '//high')\n";
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", kAlias}})), IsEmpty());
  EXPECT_THAT(
      Check(SmallTree({{"low/BUILD.bazel", std::string(kAlias) + "cc_library(name = 'low', deps = [':tool'])"}})),
      ElementsAre(StartsWith("low/BUILD.bazel:2: the dependency :tool is of layer 5")));
}

TEST(LayeringCheck, ReportsAnIncludeFromAHigherLayer) {
  EXPECT_THAT(Check(SmallTree({{"low/low.h", "\n#include \"gort/high/high.h\"\n"}})),
              ElementsAre(StartsWith("low/low.h:2: \"gort/high/high.h\" is of layer 5, above this package's 0;")));
  EXPECT_THAT(Check(SmallTree({{"mid/arch/mid.S", "# include \"gort/gort.h\""}})),
              ElementsAre(StartsWith("mid/arch/mid.S:1: \"gort/gort.h\" is of layer 6")));
}

TEST(LayeringCheck, ReportsAPackageWithoutALayer) {
  EXPECT_THAT(
      Check(SmallTree({{"extra/part/BUILD", ""}})),
      ElementsAre("extra/part/BUILD:1: package //extra/part has no layer; add it to LAYERS in bazel/layers.bzl"));
}

TEST(LayeringCheck, ReportsATableThatIsMissingOrWrong) {
  EXPECT_THAT(Check({}), ElementsAre(HasSubstr("this file is missing")));
  EXPECT_THAT(Check({{"bazel/layers.bzl", "OTHER = []"}}), ElementsAre(HasSubstr("LAYERS is missing or empty")));
  EXPECT_THAT(Check({{"bazel/layers.bzl", "LAYERS = [['a']]"}}), ElementsAre(HasSubstr("ABSEIL_FROM is missing")));
  EXPECT_THAT(Check({{"bazel/layers.bzl", "LAYERS = [['a'], ['a']]\nABSEIL_FROM = 1"}}),
              ElementsAre(HasSubstr("package 'a' stands in LAYERS twice")));
}

TEST(LayeringCheck, ReportsAbseilInLowLayersAndTheirTests) {
  const std::string dependency = "(name = 'x', deps = ['@com_google_absl//absl/strings'])";
  for (const char* rule : {"cc_library", "gort_unit_test"}) {
    EXPECT_THAT(Check(SmallTree({{"sched/BUILD.bazel", rule + dependency}})),
                ElementsAre(HasSubstr("is abseil's, which starts at layer 5; this package is of layer 4: do without")));
  }
  EXPECT_THAT(Check(SmallTree({{"sched/proc.cc", "#include \"absl/strings/str_cat.h\""}})), SizeIs(1));
  EXPECT_THAT(Check(SmallTree({{"high/context.cc", "#include \"absl/strings/str_cat.h\""}})), IsEmpty());
}

TEST(LayeringCheck, LetsOnlyTestsRunOnTheFinishedRuntime) {
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "cc_test(name = 'low_test', deps = ['//rt0'])"}})), IsEmpty());
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "cc_binary(name = 'x', testonly = True, deps = ['//rt0'])"}})),
              IsEmpty());
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "cc_library(name = 'x', testonly = False, deps = ['//rt0'])"}})),
              SizeIs(1));
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "cc_test(name = 'low_test', deps = ['//:gort'])"}})), IsEmpty());
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "cc_library(name = 'low', deps = ['//:gort'])"}})), SizeIs(1));
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "gort_cc_binary(name = 'x')"}})),
              ElementsAre(HasSubstr("gort_cc_binary starts at //rt0, which is of layer 6")));
  EXPECT_THAT(Check(SmallTree({{"low/BUILD.bazel", "cc_test(name = 'low_test', deps = ['//high'])"}})), SizeIs(1));
}

TEST(LayeringCheck, ReportsHostedHeadersInLowLayersButNotInTheirTests) {
  for (const char* header : {"<cstdlib>", "<string>", "<pthread.h>", "<mutex>", "\"gtest/gtest.h\""}) {
    EXPECT_THAT(Check(SmallTree({{"mid/new.cc", std::string("#include ") + header}})),
                ElementsAre(AllOf(StartsWith("mid/new.cc:1: "), HasSubstr(header), HasSubstr("needs libc"))));
    EXPECT_THAT(Check(SmallTree({{"mid/new_test.cc", std::string("#include ") + header}})), IsEmpty());
    EXPECT_THAT(Check(SmallTree({{"high/new.cc", std::string("#include ") + header}})), IsEmpty());
  }
  for (const char* header : {"<atomic>", "<linux/futex.h>", "<sanitizer/asan_interface.h>"}) {
    EXPECT_THAT(Check(SmallTree({{"mid/new.cc", std::string("#include ") + header}})), IsEmpty());
  }
}

TEST(LayeringCheck, AHelperOfTestsIsATestUnlessALibraryUsesItToo) {
  const Tree helper = {{"mid/helper.h", "#include <string>"}};
  const std::string test = "cc_test(name = 'mid_test', srcs = ['helper.h'])\n";
  Tree tree = SmallTree(helper);
  EXPECT_THAT(Check(tree), SizeIs(1)) << "a file that nobody lists counts as library code";
  tree["mid/BUILD.bazel"] = test;
  EXPECT_THAT(Check(tree), IsEmpty());
  tree["mid/BUILD.bazel"] = test + "cc_library(name = 'mid', srcs = [':helper.h'])";
  EXPECT_THAT(Check(tree), SizeIs(1));
}

TEST(LayeringCheck, ReportsWhatBelongsToAThread) {
  for (const char* word : {"thread_local int x;", "std::mutex mu;", "std::shared_mutex mu;",
                           "std::condition_variable c;", "std::jthread t;", "std::call_once(flag, f);"}) {
    EXPECT_THAT(Check(SmallTree({{"mid/new.cc", std::string("int y;\n") + word}})),
                ElementsAre(AllOf(StartsWith("mid/new.cc:2: "), HasSubstr("a goroutine changes threads"))))
        << word;
  }
}

TEST(LayeringCheck, DoesNotReadCommentsAndLiterals) {
  EXPECT_THAT(Check(SmallTree({{"mid/new.cc", R"src(
// thread_local
/* std::mutex
   std::mutex */
const char* a = "thread_local \" thread_local";
const char* b = R"(" thread_local)";
int c = 1'000'000;  // thread_local
char d = '"';       // thread_local
struct mutex {};
bool not_thread_local;
)src"}})),
              IsEmpty());
  EXPECT_THAT(Check(SmallTree({{"mid/new.cc", "int a = 1'000; thread_local int b = 2'000;"}})), SizeIs(1));
}

TEST(LayeringSource, KeepsTheLinesOfTheCode) {
  EXPECT_EQ(WithoutCommentsAndLiterals("a/*\n*/b//c\nd\"e\"f"), "a  \n  b   \nd   f");
  EXPECT_EQ(WithoutCommentsAndLiterals("a // no newline"), "a              ");
  EXPECT_EQ(WithoutCommentsAndLiterals("\"not closed"), "           ");
}

TEST(LayeringStarlark, ReadsTargetsAndTheirStrings) {
  const std::vector<Call> calls = ParseCalls(R"(
load("//x:defs.bzl", "rule")
rule(
    name = "a",
    srcs = glob(["*.cc"], exclude = ['b.cc']) + ["c\"d.cc"],
    linkstatic = True,
    testonly = True,
)
[rule(name = n, deps = ["//:" + n]) for n in ["x"]]
)");
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls[0].function, "rule");
  EXPECT_EQ(calls[0].line, 3);
  EXPECT_TRUE(calls[0].testonly);
  EXPECT_THAT(calls[0].attributes.at("srcs"), ElementsAre("*.cc", "b.cc", "c\"d.cc"));
  EXPECT_FALSE(calls[1].testonly);
  EXPECT_THAT(calls[1].attributes.at("deps"), ElementsAre("//:"));
}

TEST(LayeringStarlark, SurvivesWhatIsNoStarlark) {
  for (const char* text : {"", "(", ")", "a(name = ", "a(name = 'x", "\"\"\"", "=", "a(=)", "\\", "[=]"})
    ParseCalls(text);
}

}  // namespace
}  // namespace gort::layering
