// Goal: what the reader finds in debug information is what offsetof and sizeof say.
// Method: the test reads a program that the BUILD file makes in several ways: DWARF 4 and 5, compressed and not, and
// with whatever compiler is configured.

#include "gort/gstruct/crosscheck/dwarf_structs.h"

#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gort/gstruct/crosscheck/dwarf_fixture.h"
#include "gort/gstruct/crosscheck/elf_file.h"
#include "gort/gstruct/crosscheck/file.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

using crosscheck_fixture::inner::Sample;
using crosscheck_fixture::inner::WithAlias;

constexpr std::string_view kPrefix = "crosscheck_fixture::inner::";

#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // both compilers give the right answer for one base class
#define PLACE(Type, field) \
  Field { #field, offsetof(Type, field), sizeof(Type::field) }

class DwarfStructs : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("GORT_DWARF_FIXTURE");
    ASSERT_NE(path, nullptr) << "names the fixture program; the BUILD file sets it";
    Result<std::string> bytes = ReadFile(path, "");
    ASSERT_TRUE(bytes.ok()) << bytes.error().sentence;
    bytes_ = *bytes;
    Result<ElfFile> elf = ElfFile::Parse(bytes_, "FILE");
    ASSERT_TRUE(elf.ok()) << elf.error().sentence;
    elf_ = std::make_unique<ElfFile>(std::move(*elf));
    Result<DwarfSections> sections = LoadDwarfSections(*elf_);
    ASSERT_TRUE(sections.ok()) << sections.error().sentence;
    Result<DwarfInfo> dwarf = DwarfInfo::Open(*sections);
    ASSERT_TRUE(dwarf.ok()) << dwarf.error().sentence;
    dwarf_ = std::make_unique<DwarfInfo>(std::move(*dwarf));
  }

  Layout Find(std::initializer_list<std::string_view> names) {
    const std::vector<std::string_view> wanted(names);
    Result<Layout> layout = FindStructs(*dwarf_, kPrefix, wanted);
    EXPECT_TRUE(layout.ok()) << layout.error().sentence;
    return layout.ok() ? *layout : Layout();
  }

  std::string bytes_;
  std::unique_ptr<ElfFile> elf_;
  std::unique_ptr<DwarfInfo> dwarf_;
};

TEST_F(DwarfStructs, AreTheCompilersOwn) {
  const Layout layout = Find({"Sample"});
  const Struct* sample = layout.Find("Sample");
  ASSERT_NE(sample, nullptr);
  EXPECT_EQ(sample->size, sizeof(Sample));
  const std::vector<Field> expected = {
      PLACE(Sample, base_first),
      PLACE(Sample, base_second),
      PLACE(Sample, byte),
      PLACE(Sample, atomic),
      PLACE(Sample, qualified),
      PLACE(Sample, pointer),
      // A reference has no offsetof; it lies between its neighbours.
      Field{"reference", offsetof(Sample, pointer) + sizeof(void*), sizeof(void*)},
      PLACE(Sample, function),
      PLACE(Sample, colour),
      PLACE(Sample, matrix),
      PLACE(Sample, pair),
      PLACE(Sample, whole),
      PLACE(Sample, low),
      PLACE(Sample, high),
      PLACE(Sample, named_union),
      PLACE(Sample, aligned),
  };
  ASSERT_EQ(sample->fields.size(), expected.size() + 1);
  for (size_t i = 0; i < expected.size(); i++) {
    EXPECT_EQ(sample->fields[i].name, expected[i].name);
    EXPECT_EQ(sample->fields[i].offset, expected[i].offset) << expected[i].name;
    EXPECT_EQ(sample->fields[i].size, expected[i].size) << expected[i].name;
  }
  EXPECT_EQ(sample->fields.back().name, "late_tail") << "an array without a size has an offset only";
  EXPECT_FALSE(sample->fields.back().size.value_or(0) != 0);
}

TEST_F(DwarfStructs, FollowAliases) {
  const Layout layout = Find({"WithAlias"});
  ASSERT_NE(layout.Find("WithAlias"), nullptr);
  EXPECT_EQ(layout.Find("WithAlias")->fields, (std::vector<Field>{PLACE(WithAlias, alias), PLACE(WithAlias, empty)}));
}

TEST_F(DwarfStructs, StandInTheOrderAskedForAndLeaveOutWhatIsNotThere) {
  const Layout layout = Find({"WithAlias", "Declared", "NoSuchStruct", "Sample"});
  ASSERT_EQ(layout.structs.size(), 2u);
  EXPECT_EQ(layout.structs[0].name, "WithAlias");
  EXPECT_EQ(layout.structs[1].name, "Sample");
}

TEST_F(DwarfStructs, TheProducerIsTheCompiler) {
  const Result<std::string> any = FindProducer(*dwarf_, "");
  ASSERT_TRUE(any.ok());
  EXPECT_NE(*any, "");
  const Result<std::string> go = FindProducer(*dwarf_, "Go cmd/compile");
  ASSERT_TRUE(go.ok());
  EXPECT_EQ(*go, "");
}

}  // namespace
}  // namespace gort::crosscheck
