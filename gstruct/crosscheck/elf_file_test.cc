#include "gort/gstruct/crosscheck/elf_file.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "gort/gstruct/crosscheck/elf_builder.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr uint64_t kCompressed = 0x800;
constexpr std::string_view kZlibAbc = "\x78\x01\x01\x03\x00\xfc\xff\x61\x62\x63\x02\x4d\x01\x27"sv;

// The sentence with which Parse refuses `bytes`, or "".
std::string Refusal(std::string_view bytes) {
  Result<ElfFile> elf = ElfFile::Parse(bytes, "FILE");
  return elf.ok() ? "" : elf.error().sentence;
}

std::string CompressionHeader(uint32_t method, uint64_t size_bytes) {
  return LittleEndian(method, 4) + LittleEndian(0, 4) + LittleEndian(size_bytes, 8) + LittleEndian(1, 8);
}

void ExpectSection(const std::string& bytes, std::string_view content) {
  Result<ElfFile> elf = ElfFile::Parse(bytes, "FILE");
  ASSERT_TRUE(elf.ok()) << elf.error().sentence;
  Result<std::string_view> section = elf->DebugSection("info");
  ASSERT_TRUE(section.ok()) << section.error().sentence;
  EXPECT_EQ(*section, content);
}

void ExpectRefusedSection(const std::string& bytes, std::string_view part_of_sentence) {
  Result<ElfFile> elf = ElfFile::Parse(bytes, "FILE");
  ASSERT_TRUE(elf.ok()) << elf.error().sentence;
  Result<std::string_view> section = elf->DebugSection("info");
  ASSERT_FALSE(section.ok());
  EXPECT_NE(section.error().sentence.find(part_of_sentence), std::string::npos) << section.error().sentence;
}

TEST(ElfFile, FindsPlainSections) { ExpectSection(BuildElf({{".text", "x"}, {".debug_info", "abc"}}), "abc"); }

TEST(ElfFile, AnAbsentSectionIsEmpty) { ExpectSection(BuildElf({{".text", "x"}}), ""); }

TEST(ElfFile, ASectionWithoutFileContentIsEmpty) {
  constexpr uint32_t kNoBits = 8;
  ExpectSection(BuildElf({{".debug_info", "abc", 0, kNoBits}}), "");
}

TEST(ElfFile, DecompressesBothFormsOfCompressedSections) {
  ExpectSection(BuildElf({{".debug_info", CompressionHeader(1, 3) + std::string(kZlibAbc), kCompressed}}), "abc");
  ExpectSection(BuildElf({{".zdebug_info", "ZLIB\0\0\0\0\0\0\0\x03"s + std::string(kZlibAbc)}}), "abc");
}

TEST(ElfFile, RefusesCompressionThatItCannotUndo) {
  ExpectRefusedSection(BuildElf({{".debug_info", CompressionHeader(2, 3) + "x", kCompressed}}), "zstd");
  ExpectRefusedSection(BuildElf({{".debug_info", CompressionHeader(9, 3) + "x", kCompressed}}),
                       "unknown compression method 9");
  ExpectRefusedSection(BuildElf({{".debug_info", "short", kCompressed}}), "cut short");
  ExpectRefusedSection(BuildElf({{".debug_info", CompressionHeader(1, 3) + "junk", kCompressed}}), "zlib header");
  ExpectRefusedSection(BuildElf({{".zdebug_info", "ZLIP"}}), "ZLIB");
}

TEST(ElfFile, NamesTheMachineAsGoDoes) {
  for (const auto& [machine, goarch] : {std::pair(62, "amd64"), std::pair(183, "arm64"), std::pair(243, "riscv64")}) {
    const std::string bytes = BuildElf({}, {.machine = static_cast<uint16_t>(machine)});
    Result<ElfFile> elf = ElfFile::Parse(bytes, "FILE");
    ASSERT_TRUE(elf.ok()) << elf.error().sentence;
    EXPECT_EQ(elf->goarch(), goarch);
  }
}

TEST(ElfFile, RefusesOtherFilesWithASentenceEach) {
  EXPECT_EQ(Refusal(""), "FILE is empty: give an ELF executable");
  EXPECT_EQ(Refusal("#!/bin/sh\n"), "FILE is not an ELF file: give an executable for Linux");
  EXPECT_NE(Refusal(BuildElf({}, {.elf_class = 1})).find("not a 64-bit little-endian"), std::string::npos);
  EXPECT_NE(Refusal(BuildElf({}, {.byte_order = 2})).find("not a 64-bit little-endian"), std::string::npos);
  EXPECT_NE(Refusal(BuildElf({}, {.type = 1})).find("not a linked executable"), std::string::npos);
  EXPECT_NE(Refusal(BuildElf({}, {.type = 4})).find("not a linked executable"), std::string::npos);
  EXPECT_NE(Refusal(BuildElf({}, {.machine = 21})).find("ELF machine 21"), std::string::npos);
}

// The section table is the last thing in a file, so every cut damages it.
TEST(ElfFile, RefusesEveryTruncation) {
  const std::string bytes = BuildElf({{".debug_info", "abc"}});
  ASSERT_EQ(Refusal(bytes), "");
  for (size_t cut = 0; cut < bytes.size(); cut++) {
    EXPECT_NE(Refusal(std::string_view(bytes).substr(0, cut)), "") << cut;
  }
}

TEST(ElfFile, RefusesASectionOutsideTheFile) {
  std::string bytes = BuildElf({{".debug_info", "abc"}});
  const size_t size_of_info = bytes.size() - 2 * 64 + 32;  // in the last section header but one
  bytes[size_of_info + 7] = '\x7f';
  ExpectRefusedSection(bytes, "ends inside its section .debug_info");
}

TEST(ElfFile, AFileWithoutSectionTableHasNoSections) {
  std::string bytes = BuildElf({{".debug_info", "abc"}});
  for (size_t i = 40; i < 48; i++) bytes[i] = '\0';
  ExpectSection(bytes, "");
}

}  // namespace
}  // namespace gort::crosscheck
