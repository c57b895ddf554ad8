#include "gort/gstruct/crosscheck/inflate.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

using namespace std::string_view_literals;

// What zlib makes of the texts below: one stream per kind of block.
constexpr std::string_view kFixed =
    "\x78\x01\x2b\x2a\xcd\x2b\xc9\xcc\x4d\xd5\x4b\x57\x28\x2e\x49\x4c\xce\x4e\x2f\x4d\x2c\x4a\x31\xe0\x2a"
    "\xc2\x22\x6a\x88\x55\xd4\x08\xab\xa8\x31\x56\x51\x13\xac\xa2\xa6\x58\x45\xcd\xb0\x8a\x9a\x63\x15\xb5"
    "\xc0\x2a\x6a\x89\xdd\x17\x38\x3c\x67\xc8\x05\x00\x7c\xba\x61\xe1"sv;
constexpr std::string_view kDynamic =
    "\x78\xda\x75\xd3\x49\x16\x83\x20\x14\x05\xd1\x79\x56\xf1\x57\x90\x23\x69\x75\x39\x08\x88\x88\xa0\xd2"
    "\xd8\xad\x3e\x66\xce\x1b\xdf\x69\x55\xc8\x3e\x19\xa7\xee\x9a\x62\xe2\xc2\xea\xcc\x83\xac\x88\x73\x7e"
    "\x0b\x45\x69\xdb\x16\x88\x52\xaa\x28\x8c\xfa\xbe\x07\x62\x8c\x01\x32\x8e\x63\x51\x1e\x34\x4d\x13\x90"
    "\x79\x9e\x81\xc4\x18\x8b\xf2\xa4\x75\x5d\x81\x6c\xdb\x06\xe4\x3c\xcf\xa2\xbc\x48\x08\x01\x44\x4a\x09"
    "\x44\x6b\x5d\x94\x37\x0d\xc3\x00\xc4\x5a\x0b\xc4\x7b\x5f\x94\x0f\x2d\xcb\x02\x24\x84\x00\x24\xe7\x5c"
    "\x94\x2f\xed\xfb\x0e\xe4\x38\x0e\x20\xa8\x9d\x1a\xb6\x53\x53\xd7\x75\x40\x50\x3b\x0d\x6c\xa7\x21\xe7"
    "\x1c\x10\xd4\x0e\xab\x60\x3c\x17\xa5\x94\x10\xa1\x7c\x18\x83\xfd\x5c\x84\xc6\xbb\xe8\x5f\xd0\x0f\xd6"
    "\xfc\x58\x2c"sv;

std::string FixedText() {
  std::string text;
  for (int i = 0; i < 12; i++) text += "runtime.g stackguard" + std::to_string(i) + "\n";
  return text;
}

std::string DynamicText() {
  std::string text;
  for (int i = 0; i < 12; i++) {
    for (int j = 0; j < 3; j++) {
      text += "runtime.g stackguard" + std::to_string(i) + " " +
              std::string(3, static_cast<char>('a' + (i * 7 + j * j) % 26)) + "\n";
    }
  }
  return text;
}

void ExpectContent(std::string_view stream, const std::string& content) {
  const Result<std::string> result = ZlibDecompress(stream, content.size());
  ASSERT_TRUE(result.ok()) << result.error().sentence;
  EXPECT_EQ(*result, content);
}

TEST(ZlibDecompress, ReadsStoredBlocks) {
  ExpectContent("\x78\x01\x01\x03\x00\xfc\xff\x61\x62\x63\x02\x4d\x01\x27"sv, "abc");
}

TEST(ZlibDecompress, ReadsFixedBlocks) { ExpectContent(kFixed, FixedText()); }

TEST(ZlibDecompress, ReadsDynamicBlocks) { ExpectContent(kDynamic, DynamicText()); }

TEST(ZlibDecompress, RefusesEveryTruncation) {
  for (std::string_view stream : {kFixed, kDynamic}) {
    const size_t size = stream == kFixed ? FixedText().size() : DynamicText().size();
    for (size_t cut = 0; cut < stream.size(); cut++) {
      EXPECT_FALSE(ZlibDecompress(stream.substr(0, cut), size).ok()) << cut;
    }
  }
}

// The checksum catches what the code lets through. Bits without a meaning exist: padding behind the last block, say.
TEST(ZlibDecompress, AFlippedBitNeverYieldsAnotherText) {
  for (std::string_view original : {kFixed, kDynamic}) {
    const std::string content = original == kFixed ? FixedText() : DynamicText();
    for (size_t bit = 0; bit < original.size() * 8; bit++) {
      std::string stream(original);
      stream[bit / 8] = static_cast<char>(stream[bit / 8] ^ 1 << bit % 8);
      const Result<std::string> result = ZlibDecompress(stream, content.size());
      EXPECT_TRUE(!result.ok() || *result == content) << "bit " << bit;
    }
  }
}

TEST(ZlibDecompress, RefusesAnotherSizeThanAnnounced) {
  EXPECT_FALSE(ZlibDecompress(kFixed, FixedText().size() - 1).ok());
  EXPECT_FALSE(ZlibDecompress(kFixed, FixedText().size() + 1).ok());
}

TEST(ZlibDecompress, RefusesASizeBeyondDeflateBeforeTakingMemory) {
  const Result<std::string> result = ZlibDecompress(kFixed, uint64_t{1} << 62);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().sentence.find("claims"), std::string::npos) << result.error().sentence;
}

TEST(ZlibDecompress, RefusesMoreThanAGibibyte) {
  const std::string stream = std::string(kFixed) + std::string(2 << 20, '\0');
  const Result<std::string> result = ZlibDecompress(stream, (uint64_t{1} << 30) + 1);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().sentence.find("more than 1 GiB"), std::string::npos) << result.error().sentence;
}

TEST(ZlibDecompress, RefusesWhatIsNotZlib) {
  EXPECT_FALSE(ZlibDecompress("", 0).ok());
  EXPECT_FALSE(ZlibDecompress("not zlib at all", 15).ok());
}

}  // namespace
}  // namespace gort::crosscheck
