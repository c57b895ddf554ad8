#include "gort/runtime/debug/pagebuffer.h"

#include <new>
#include <string>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

TEST(PageBuffer, IsEmptyAtFirst) {
  PageBuffer buffer;
  EXPECT_EQ(buffer.text(), "");
  buffer.Append("", 0);
  EXPECT_EQ(buffer.text(), "");
}

// Over several times its first room, in pieces of all sizes.
TEST(PageBuffer, KeepsAllThatIsAppended) {
  PageBuffer buffer;
  std::string all;
  for (std::size_t n = 0; all.size() < 1'000'000; n = n * 5 / 4 + 1) {
    const std::string piece(n, static_cast<char>('a' + n % 26));
    PageBuffer::Sink(&buffer, piece.data(), piece.size());
    all += piece;
    ASSERT_EQ(buffer.text(), all);
  }
}

TEST(PageBuffer, SaysThatMemoryRanOut) {
  PageBuffer buffer;
  buffer.Append("x", 1);
  buffer.Append(&buffer, std::size_t{1} << 60);
  EXPECT_THROW(buffer.text(), std::bad_alloc);
  buffer.Append("x", 1);
  EXPECT_THROW(buffer.text(), std::bad_alloc);
}

}  // namespace
}  // namespace gort::runtime
