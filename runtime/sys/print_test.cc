#include "gort/runtime/sys/print.h"

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

// What `body` prints through a Printer on a pipe. A thread drains the pipe: some tests print more than it holds.
template <typename Body>
std::string Printed(Body body) {
  int fds[2];
  if (pipe(fds) != 0) return "no pipe";
  std::string out;
  std::thread reader([&] {
    char buf[256];
    for (ssize_t n; (n = read(fds[0], buf, sizeof(buf))) > 0;) out.append(buf, n);
  });
  {
    Printer p(fds[1]);
    body(p);
  }
  close(fds[1]);
  reader.join();
  close(fds[0]);
  return out;
}

TEST(Printer, FormatsTheExtremes) {
  EXPECT_EQ(Printed([](Printer& p) { p.Dec(0).Char(' ').Dec(INT64_MIN).Char(' ').Dec(INT64_MAX); }),
            "0 -9223372036854775808 9223372036854775807");
  EXPECT_EQ(Printed([](Printer& p) { p.Udec(UINT64_MAX).Char(' ').Hex(0).Char(' ').Hex(UINT64_MAX); }),
            "18446744073709551615 0x0 0xffffffffffffffff");
  EXPECT_EQ(Printed([](Printer& p) { p.Str("a\0b", 3).Str("").Str(nullptr); }), std::string("a\0b<null>", 9));
}

TEST(Printer, LosesNothingBeyondItsBuffer) {
  std::string want;
  EXPECT_EQ(Printed([&](Printer& p) {
              for (int i = 0; i < 20000; ++i) {
                p.Dec(i).Char(',');
                want += std::to_string(i) + ',';
              }
            }),
            want);
}

TEST(Printer, WritesALineInOnePiece) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_DIRECT), 0);  // packet mode: one read returns one write
  Printer(fds[1]).Str("sp=").Hex(16).Str(" n=").Dec(-1).Char('\n');
  char buf[64];
  EXPECT_EQ(std::string(buf, read(fds[0], buf, sizeof(buf))), "sp=0x10 n=-1\n");
  close(fds[0]);
  close(fds[1]);
}

TEST(Printer, GivesUpOnABadDescriptor) {
  Printer p(-1);
  for (int i = 0; i < 2000; ++i) p.Char('x');
}

TEST(Printer, GivesItsTextToAFunctionInOrder) {
  std::string text;
  {
    Printer p([](void* to, const char* s, size_t n) { static_cast<std::string*>(to)->append(s, n); }, &text);
    for (int i = 0; i < 1000; ++i) p.Udec(i).Char(' ');
  }
  std::string want;
  for (int i = 0; i < 1000; ++i) want += std::to_string(i) + ' ';
  EXPECT_EQ(text, want);
}

}  // namespace
}  // namespace gort::runtime::sys
