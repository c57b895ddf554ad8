#include "gort/gstruct/crosscheck/options.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

Result<Options> Parse(const std::vector<std::string_view>& args) { return ParseOptions(args); }

std::string Refusal(const std::vector<std::string_view>& args) {
  const Result<Options> options = Parse(args);
  return options.ok() ? "" : options.error().sentence;
}

TEST(ParseOptions, TakesValuesBehindOrJoinedAndRepeated) {
  const Result<Options> options =
      Parse({"--asmhdr", "a", "--asmhdr=b", "--go-binary", "c", "--elf=d=e", "--goversion", "1.27", "--json"});
  ASSERT_TRUE(options.ok()) << options.error().sentence;
  EXPECT_EQ(options->asmhdrs, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->go_binaries, std::vector<std::string>{"c"});
  EXPECT_EQ(options->elfs, std::vector<std::string>{"d=e"});
  EXPECT_EQ(options->go_versions, std::vector<std::string>{"1.27"});
  EXPECT_TRUE(options->json);
  EXPECT_FALSE(options->help);
}

TEST(ParseOptions, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Refusal({"--bogus"}), "unknown flag --bogus: run with --help to see what there is");
  EXPECT_EQ(Refusal({"--json=yes"}), "unknown flag --json=yes: run with --help to see what there is");
  EXPECT_EQ(Refusal({"file"}), "unexpected argument file: run with --help to see what there is");
  EXPECT_EQ(Refusal({"--elf"}), "--elf needs a value behind it: run with --help to see which");
  EXPECT_EQ(Refusal({"--elf="}), "--elf needs a value behind it: run with --help to see which");
  EXPECT_EQ(Refusal({""}), "unexpected argument : run with --help to see what there is");
}

TEST(Usage, NamesEveryFlag) {
  for (std::string_view flag : {"--asmhdr", "--go-binary", "--elf", "--goversion", "--json", "--help"}) {
    EXPECT_NE(kUsage.find(flag), std::string_view::npos) << flag;
  }
}

}  // namespace
}  // namespace gort::crosscheck
