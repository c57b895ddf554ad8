#include <string>

#include "gort/tests/hostile/hostile.h"
#include "gtest/gtest.h"

namespace gort::hostile {
namespace {

using Transform = int(unsigned char* to, unsigned long* to_bytes, const unsigned char* from, unsigned long from_bytes);

const unsigned char* Bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Bytes(std::string* text) { return reinterpret_cast<unsigned char*>(text->data()); }

TEST(Zlib, WhatIsCompressedComesBack) {
  const Library zlib("libz.so.1");
  if (!zlib) GTEST_SKIP() << "skipped: no libz.so.1 here (apt-get install zlib1g)";
  auto* const compress = zlib.Function<Transform>("compress");
  auto* const uncompress = zlib.Function<Transform>("uncompress");
  const int failures = CountFailures("zlib", [&](int i) {
    std::string text;
    for (int line = 0; line < 200; ++line) text += "line " + std::to_string(line * i) + " of goroutine " + std::to_string(i) + "\n";
    for (int round = 0; round < 3; ++round) {
      std::string packed(text.size() + 1024, '\0');
      unsigned long packed_bytes = packed.size();
      if (compress(Bytes(&packed), &packed_bytes, Bytes(text), text.size()) != 0 || packed_bytes >= text.size()) return false;
      Gosched();  // it may go on on another thread
      std::string back(text.size(), '\0');
      unsigned long back_bytes = back.size();
      if (uncompress(Bytes(&back), &back_bytes, Bytes(packed), packed_bytes) != 0 || back_bytes != text.size() || back != text) return false;
      Gosched();
    }
    return true;
  });
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace gort::hostile
