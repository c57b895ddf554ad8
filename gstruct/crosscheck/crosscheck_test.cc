// Goal: the tool's contract with its user: exit codes, and one clear sentence for each kind of bad input.

#include "gort/gstruct/crosscheck/crosscheck.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/elf_builder.h"
#include "gort/gstruct/crosscheck/file.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

Outcome RunTool(const std::vector<std::string_view>& args, std::string_view directory = "") {
  return Crosscheck(args, directory);
}

// A new file in the test's directory with this content; its path.
std::string WriteFile(std::string_view name, std::string_view content) {
  const std::string path = testing::TempDir() + "/" + std::string(name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

// A program of ours with its debug information.
std::string SamplePath() {
  const char* path = std::getenv("GORT_SAMPLE");
  EXPECT_NE(path, nullptr) << "names the sample program; the BUILD file sets it";
  return path == nullptr ? "" : path;
}

// Expects exit code 2, nothing on standard output and one sentence that names the input and contains `part`.
void ExpectBadInput(const std::vector<std::string_view>& args, std::string_view part) {
  const Outcome outcome = RunTool(args);
  EXPECT_EQ(outcome.code, kExitBadInput) << args.back();
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("crosscheck: ")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
}

TEST(Crosscheck, WithoutArgumentsComparesWithTheNewestFacts) {
  const Outcome outcome = RunTool({});
  EXPECT_EQ(outcome.code, kExitOk) << outcome.out;
  EXPECT_TRUE(outcome.out.starts_with("gort against built-in facts (--goversion, go1.27.")) << outcome.out;
  EXPECT_EQ(outcome.err, "");
}

TEST(Crosscheck, AcceptsEverySpellingOfAVersionItKnows) {
  for (std::string_view version : {"1.19", "go1.23", "1.24.4", "go1.26.1", "1.27"}) {
    EXPECT_EQ(RunTool({"--goversion", version}).code, kExitOk) << version;
  }
}

TEST(Crosscheck, ComparesWithAnExecutableOfOurs) {
  const std::string sample = SamplePath();
  const Outcome outcome = RunTool({"--elf", sample});
  EXPECT_EQ(outcome.code, kExitOk) << outcome.out << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("gort against " + sample + " (--elf, linux/")) << outcome.out;
}

TEST(Crosscheck, EachSourceGetsItsOwnTable) {
  const Outcome outcome = RunTool({"--goversion=1.19", "--goversion=1.27", "--elf", SamplePath()});
  EXPECT_EQ(outcome.code, kExitOk);
  size_t tables = 0;
  for (size_t at = 0; (at = outcome.out.find("Summary: ", at)) != std::string::npos; at++) tables++;
  EXPECT_EQ(tables, 3u);
}

TEST(Crosscheck, JsonIsOneDocument) {
  const Outcome outcome = RunTool({"--json"});
  EXPECT_EQ(outcome.code, kExitOk);
  EXPECT_TRUE(outcome.out.starts_with("{\n  \"ok\": true,\n  \"sources\": [")) << outcome.out;
}

TEST(Crosscheck, HelpIsNoError) {
  const Outcome outcome = RunTool({"--help"});
  EXPECT_EQ(outcome.code, kExitOk);
  EXPECT_NE(outcome.out.find("--asmhdr FILE"), std::string::npos);
}

TEST(Crosscheck, AnUnexplainedDifferenceIsExitCode1) {
  const std::string header = WriteFile("go_asm.h", "#define g__size 456\n#define g_stack 8\n");
  const Outcome outcome = RunTool({"--asmhdr", header});
  EXPECT_EQ(outcome.code, kExitDifferent);
  EXPECT_NE(outcome.out.find("NOT OK"), std::string::npos);
}

TEST(Crosscheck, RelativeNamesAreResolvedAgainstTheUsersDirectory) {
  WriteFile("relative.h", "#define g__size 456\n");
  EXPECT_EQ(RunTool({"--asmhdr", "relative.h"}, testing::TempDir()).code, kExitDifferent)
      << "read, and lacking most fields";
  EXPECT_EQ(RunTool({"--asmhdr", "relative.h"}, "/nowhere").code, kExitBadInput);
}

TEST(Crosscheck, RefusesFilesThatCannotBeReadForEveryFlag) {
  for (std::string_view flag : {"--asmhdr", "--go-binary", "--elf"}) {
    ExpectBadInput({flag, "/nowhere/at/all"},
                   "/nowhere/at/all cannot be opened: No such file or directory; check its path");
    ExpectBadInput({flag, "/"}, "/ is a directory or a device: give a file");
    ExpectBadInput({flag, "/dev/null"}, "/dev/null is a directory or a device: give a file");
    ExpectBadInput({flag, WriteFile("empty", "")}, "is empty");
  }
}

TEST(Crosscheck, RefusesFilesOfTheWrongKind) {
  const std::string text = WriteFile("text", "just some text\n");
  ExpectBadInput({"--elf", text}, "is not an ELF file");
  ExpectBadInput({"--go-binary", text}, "is not an ELF file");
  ExpectBadInput({"--asmhdr", text}, "line 1: not a line of a go_asm.h");
  ExpectBadInput({"--asmhdr", "/proc/self/exe"}, "line 1: not a line of a go_asm.h");
  ExpectBadInput({"--go-binary", SamplePath()}, "was not built by Go's compiler");
}

TEST(Crosscheck, RefusesAStrippedExecutable) {
  const std::string stripped = WriteFile("stripped", BuildElf({{".text", "code"}}));
  ExpectBadInput({"--elf", stripped}, "no debug information");
  ExpectBadInput({"--go-binary", stripped}, "no debug information");
}

TEST(Crosscheck, RefusesAnExecutableThatDescribesNothingOfOurs) {
  const std::string info = LittleEndian(8, 4) + LittleEndian(4, 2) + LittleEndian(0, 4) + "\x08" + '\0';
  const std::string other =
      WriteFile("other", BuildElf({{".debug_info", info}, {".debug_abbrev", std::string(1, '\0')}}));
  ExpectBadInput({"--elf", other}, "describes none of gort::runtime's structures");
}

TEST(Crosscheck, RefusesVersionsWithoutFacts) {
  ExpectBadInput({"--goversion", "1.22"}, "1.19, 1.23, 1.24, 1.26, 1.27");
  ExpectBadInput({"--goversion", "latest"}, "--goversion latest");
  ExpectBadInput({"--goversion", "1.22", "--elf", SamplePath()}, "--goversion 1.22");
}

TEST(Crosscheck, RefusesUnknownFlags) { ExpectBadInput({"--bogus"}, "unknown flag --bogus"); }

// The section table is the last thing that a linker writes, so every cut is noticed.
TEST(Crosscheck, RefusesAnExecutableCutAnywhere) {
  Result<std::string> sample = ReadFile(SamplePath(), "");
  ASSERT_TRUE(sample.ok()) << sample.error().sentence;
  const std::string& whole = *sample;
  std::vector<size_t> cuts;
  for (size_t cut = 0; cut < 128; cut++) cuts.push_back(cut);
  for (size_t i = 1; i < 96; i++) cuts.push_back(whole.size() / 96 * i);
  for (size_t i = 1; i < 64; i++) cuts.push_back(whole.size() - i);
  for (size_t cut : cuts) {
    const std::string path = WriteFile("cut", std::string_view(whole).substr(0, cut));
    ExpectBadInput({"--elf", path}, path);
  }
}

}  // namespace
}  // namespace gort::crosscheck
