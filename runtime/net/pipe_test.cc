// E65: net.Pipe.
#include "gort/runtime/net/pipe.h"

#include <string>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/time.h"
#include "gtest/gtest.h"

namespace gort::net {
namespace {

TEST(E65, PipeIsSynchronousAndAWriteMayServeSeveralReads) {
  auto [a, b] = Pipe();
  WaitGroup done;
  done.Go([a = a] { EXPECT_EQ(*a.Write("hello world"), 11u); });
  char five[5];
  EXPECT_EQ(*b.Read(five), 5u);
  EXPECT_EQ(std::string(five, 5), "hello");
  char rest[16];
  EXPECT_EQ(*b.Read(rest), 6u);
  EXPECT_EQ(std::string(rest, 6), " world");
  done.Wait();
  EXPECT_EQ(a.LocalAddr(), "pipe");
  EXPECT_EQ(a.RemoteAddr(), "pipe");
}

TEST(E65, WriteOfNothingIsNotTheEndOfAPipe) {
  auto [a, b] = Pipe();
  WaitGroup done;
  done.Go([a = a] {
    EXPECT_EQ(*a.Write(""), 0u);
    EXPECT_EQ(*a.Write("x"), 1u);
  });
  char buf[8];
  EXPECT_EQ(*b.Read(buf), 1u);
  done.Wait();
}

TEST(E65, PipeDeadlines) {
  auto [a, b] = Pipe();
  char buf[8];
  EXPECT_TRUE(a.SetReadDeadline(absl::Now() + absl::Milliseconds(2)).ok());
  const absl::Status status = a.Read(buf).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_EQ(status.message(), "read pipe: i/o timeout");
  EXPECT_TRUE(a.SetDeadline(absl::Now() - absl::Seconds(1)).ok());
  EXPECT_EQ(a.Write("x").status().message(), "write pipe: i/o timeout");
  EXPECT_TRUE(a.SetDeadline(absl::Time()).ok());
  WaitGroup done;
  done.Go([b = b] { EXPECT_TRUE(b.Write("x").ok()); });
  EXPECT_EQ(*a.Read(buf), 1u);
  done.Wait();
  // Moved while somebody waits.
  done.Go([a = a] {
    char in[8];
    EXPECT_TRUE(absl::IsDeadlineExceeded(a.Read(in).status()));
  });
  Gosched();
  EXPECT_TRUE(a.SetDeadline(absl::Now() - absl::Seconds(1)).ok());
  done.Wait();
}

TEST(E65, PipeClosedByThePeerReadsTheEndAndCannotBeWritten) {
  auto [a, b] = Pipe();
  EXPECT_TRUE(b.Close().ok());
  char buf[8];
  EXPECT_EQ(*a.Read(buf), 0u);
  EXPECT_EQ(a.Write("x").status().message(), "io: read/write on closed pipe");
  EXPECT_EQ(b.Read(buf).status().message(), "io: read/write on closed pipe");
  EXPECT_FALSE(a.SetDeadline(absl::Now()).ok());
}

TEST(E65, PipeCloseEndsWaits) {
  for (int i = 0; i < 100; ++i) {
    auto [a, b] = Pipe();
    WaitGroup done;
    done.Go([a = a] {
      char in[8];
      EXPECT_TRUE(absl::IsCancelled(a.Read(in).status()));
    });
    done.Go([a = a] { EXPECT_TRUE(absl::IsCancelled(a.Write("x").status())); });
    for (int k = 0; k < i % 4; ++k) Gosched();
    EXPECT_TRUE(a.Close().ok());
    done.Wait();
  }
}

TEST(E65, PipeWritesAreAtomic) {
  auto [a, b] = Pipe();
  WaitGroup done;
  for (char c : {'a', 'b', 'c'}) {
    done.Go([a = a, c] {
      const std::string mine(1000, c);
      EXPECT_EQ(*a.Write(mine), 1000u);
    });
  }
  std::string all;
  char buf[7];
  while (all.size() < 3000) all.append(buf, *b.Read(buf));
  done.Wait();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(all.substr(i * 1000, 1000), std::string(1000, all[i * 1000]));
}

}  // namespace
}  // namespace gort::net
