// Goal: no input crashes the readers, makes them run for long, or makes them answer with an empty sentence.
// Method: damage real inputs in hundreds of ways. The seed is printed and can be given as GORT_FUZZ_SEED; the same
// seed damages the same way everywhere, because std::mt19937_64 and plain remainders are used. Coverage-guided fuzzing
// of the same readers: the *_fuzz targets.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gort/gstruct/crosscheck/asmhdr.h"
#include "gort/gstruct/crosscheck/elf_file.h"
#include "gort/gstruct/crosscheck/file.h"
#include "gort/gstruct/crosscheck/own_layout.h"
#include "gort/gstruct/crosscheck/sources.h"
#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

constexpr int kRounds = 500;  // a second or two per test, unoptimised

uint64_t Seed() {
  const char* text = std::getenv("GORT_FUZZ_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 0) : 20240607;
  std::cout << "seed: GORT_FUZZ_SEED=" << seed << "\n";
  return seed;
}

// Part of a file: [begin, end).
using Range = std::pair<size_t, size_t>;

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  // A copy of `original` with one to four changes, most of them inside one of `ranges`.
  std::string Mutate(const std::string& original, const std::vector<Range>& ranges) {
    std::string bytes = original;
    for (uint64_t changes = 1 + Below(4); changes > 0 && !bytes.empty(); changes--) {
      Range range = ranges.empty() || Below(8) == 0 ? Range(0, bytes.size()) : ranges[Below(ranges.size())];
      if (range.first >= range.second || range.second > bytes.size()) range = {0, bytes.size()};
      Change(bytes, range.first + Below(range.second - range.first));
    }
    return bytes;
  }

 private:
  uint64_t Below(uint64_t limit) { return random_() % limit; }

  void Change(std::string& bytes, size_t at) {
    static constexpr std::array<uint64_t, 8> kInteresting = {0,    1,          0x7f,       0x80,
                                                             0xff, 0x7fffffff, 0xffffffff, 0xffffffffffffffff};
    switch (Below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << Below(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(Below(256));
        break;
      case 2: {
        const uint64_t value = kInteresting[Below(kInteresting.size())];
        for (size_t i = 0, size = size_t{1} << Below(4); i < size && at + i < bytes.size(); i++) {
          bytes[at + i] = static_cast<char>(value >> 8 * i & 0xff);
        }
        break;
      }
      case 3:  // what stands elsewhere
        bytes.replace(at, 16, bytes.substr(Below(bytes.size()), 16));
        break;
      case 4:
        bytes.insert(at, 1 + Below(8), static_cast<char>(Below(256)));
        break;
      default:
        if (Below(4) == 0) bytes.resize(at);  // seldom: after it there is not much left to read
        break;
    }
  }

  std::mt19937_64 random_;
};

// Where the debug sections of `bytes` lie: damage elsewhere stops most readers before they begin.
std::vector<Range> DebugRanges(const std::string& bytes) {
  std::vector<Range> ranges;
  Result<ElfFile> elf = ElfFile::Parse(bytes, "sample");
  EXPECT_TRUE(elf.ok());
  for (std::string_view name :
       {".debug_info", ".debug_abbrev", ".debug_str", ".debug_line_str", ".debug_str_offsets"}) {
    Result<std::string_view> section = elf->Section(name);
    const bool in_file =
        section.ok() && section->data() >= bytes.data() && section->data() < bytes.data() + bytes.size();
    if (in_file && !section->empty()) {
      const size_t begin = static_cast<size_t>(section->data() - bytes.data());
      ranges.emplace_back(begin, begin + section->size());
    }
  }
  return ranges;
}

template <typename T>
void ExpectAnAnswer(const Result<T>& result, int round, size_t& refused) {
  if (result.ok()) return;
  refused++;
  EXPECT_FALSE(result.error().sentence.empty()) << "round " << round;
}

void DamageExecutable(const char* variable) {
  const char* path = std::getenv(variable);
  ASSERT_NE(path, nullptr) << variable << " names the sample program; the BUILD file sets it";
  Result<std::string> sample = ReadFile(path, "");
  ASSERT_TRUE(sample.ok()) << sample.error().sentence;
  const Layout ours = OwnLayout();
  const Result<Source> sound = ReadOwnElf(*sample, "sample", ours);
  ASSERT_TRUE(sound.ok()) << sound.error().sentence;
  const std::vector<Range> ranges = DebugRanges(*sample);

  Mutator mutator(Seed());
  size_t refused = 0;
  for (int round = 0; round < kRounds; round++) {
    const std::string bytes = mutator.Mutate(*sample, ranges);
    ExpectAnAnswer(ReadOwnElf(bytes, "sample", ours), round, refused);
    if (round % 4 == 0) ExpectAnAnswer(ReadGoBinary(bytes, "sample"), round, refused);
  }
  EXPECT_GT(refused, 0u) << "no damage was noticed: did the mutator damage anything?";
}

TEST(MutationFuzz, ADamagedExecutableNeverCrashesTheReaders) { DamageExecutable("GORT_SAMPLE"); }

TEST(MutationFuzz, ADamagedCompressedExecutableNeverCrashesTheReaders) { DamageExecutable("GORT_SAMPLE_COMPRESSED"); }

TEST(MutationFuzz, ADamagedHeaderNeverCrashesTheReader) {
  std::string header = "// generated by compile -asmhdr from package runtime\n\n#define const_stackGuard 928\n";
  for (const Struct& one : OwnLayout().structs) {
    header += "#define " + one.name + "__size " + std::to_string(*one.size) + "\n";
    for (const Field& field : one.fields) {
      header += "#define " + one.name + "_" + field.name + " " + std::to_string(field.offset) + "\n";
    }
  }
  ASSERT_TRUE(ReadAsmHdr(header, "go_asm.h", std::nullopt).ok());
  Mutator mutator(Seed());
  size_t refused = 0;
  for (int round = 0; round < kRounds; round++) {
    ExpectAnAnswer(ReadAsmHdr(mutator.Mutate(header, {}), "go_asm.h", std::nullopt), round, refused);
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace gort::crosscheck
