#include "gort/runtime/sys/textwriter.h"

#include <string>

#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

TEST(TextWriter, EndsTheTextWithANul) {
  char text[16];
  TextWriter writer(text, sizeof(text));
  writer.out().Str("tid=").Udec(42);
  EXPECT_EQ(writer.Finish(), 6u);
  EXPECT_STREQ(text, "tid=42");
  EXPECT_FALSE(writer.truncated());
}

TEST(TextWriter, DropsWhatDoesNotFitAndSaysSo) {
  for (std::size_t room = 1; room < 20; ++room) {
    std::string text(room + 1, '#');
    TextWriter writer(text.data(), room);
    writer.out().Str("0123456789");
    const std::size_t size = writer.Finish();
    EXPECT_EQ(size, room - 1 < 10 ? room - 1 : 10);
    EXPECT_EQ(text.substr(0, size), std::string("0123456789").substr(0, size));
    EXPECT_EQ(text[size], '\0');
    EXPECT_EQ(text[room], '#');
    EXPECT_EQ(writer.truncated(), room - 1 < 10);
  }
}

// More than Printer's own buffer holds, so that it comes in pieces.
TEST(TextWriter, TakesTextInPieces) {
  const std::string long_text(3 * Printer::kBufferBytes + 7, 'x');
  char text[4 * Printer::kBufferBytes];
  TextWriter writer(text, sizeof(text));
  writer.out().Str(long_text.c_str());
  writer.Finish();
  EXPECT_EQ(text, long_text);
}

}  // namespace
}  // namespace gort::runtime::sys
