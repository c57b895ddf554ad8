// Everything at once: echoes over many pairs, while deadlines are moved and descriptors are closed under their users.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gort/gort.h"
#include "gort/runtime/netpoll/descriptor.h"
#include "gtest/gtest.h"

namespace gort::netpoll {
namespace {

unsigned Seed() {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  return seed;
}

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    EXPECT_EQ(a.Open(fds[0]), 0);
    EXPECT_EQ(b.Open(fds[1]), 0);
  }
  Descriptor a;
  Descriptor b;
};

// No byte and no wake-up is lost: every message comes back.
TEST(NetpollStress, EveryEchoComesBack) {
  constexpr int kPairs = 40;
  constexpr int kMessages = 200;
  WaitGroup done;
  for (int i = 0; i < kPairs; ++i) {
    auto s = std::make_shared<Pair>();
    done.Go([s] {
      char buf[64];
      for (;;) {
        const long n = s->b.Read(buf, sizeof(buf));
        if (n <= 0) break;
        ASSERT_EQ(s->b.Write(buf, static_cast<std::size_t>(n)), n);
      }
    });
    done.Go([s, i] {
      for (int k = 0; k < kMessages; ++k) {
        const std::uint64_t out = static_cast<std::uint64_t>(i) << 32 | static_cast<unsigned>(k);
        ASSERT_EQ(s->a.Write(&out, sizeof(out)), 8);
        std::uint64_t in = 0;
        ASSERT_EQ(s->a.Read(&in, sizeof(in)), 8);
        ASSERT_EQ(in, out);
      }
      s->a.Close();
    });
  }
  done.Wait();
}

// Readers and writers that time out, are closed, or get through; numbers of files are reused all the time. A call returns
// what it may, and all end.
TEST(NetpollStress, DeadlinesAndClosesWhileInUse) {
  const unsigned seed = Seed();
  signal(SIGPIPE, SIG_IGN);  // Write is write(2)
  constexpr int kRounds = 300;
  std::atomic<int> timeouts{0};
  std::atomic<int> closed{0};
  std::atomic<int> through{0};
  for (int round = 0; round < kRounds; ++round) {
    auto s = std::make_shared<Pair>();
    s->b.SetWriteDeadline(After(1'000'000));  // the readers of `a` may have given up
    WaitGroup done;
    const auto count = [&](long result) {
      if (result == kDeadlineExceeded) {
        ++timeouts;
      } else if (result == kClosed) {
        ++closed;
      } else {
        EXPECT_GE(result, -4095) << "seed " << seed;
        ++through;
      }
      return result != kClosed && result > 0;
    };
    for (int r = 0; r < 2; ++r) {
      done.Go([&, s] {
        char buf[16];
        while (count(s->a.Read(buf, sizeof(buf)))) {
        }
      });
      done.Go([&, s] {
        const std::string text(4000, 'x');
        while (count(s->a.Write(text.data(), text.size()))) {
        }
      });
    }
    done.Go([&, s] {
      std::vector<char> buf(1 << 16);
      while (s->b.Read(buf.data(), buf.size()) > 0) s->b.Write("pong", 4);
    });
    std::minstd_rand random(seed + static_cast<unsigned>(round));
    for (unsigned step = random() % 6; step != 0; --step) {
      switch (random() % 4) {
        case 0: s->a.SetReadDeadline(After(static_cast<std::int64_t>(random() % 200'000) - 10'000)); break;
        case 1: s->a.SetWriteDeadline(After(static_cast<std::int64_t>(random() % 200'000) - 10'000)); break;
        case 2: s->a.SetDeadline(0); break;
        case 3: s->b.Write("ping", 4); break;
      }
      Gosched();
    }
    EXPECT_EQ(s->a.Close(), 0);
    s->b.Close();
    done.Wait();
  }
  std::printf("%d timeouts, %d closed, %d through\n", timeouts.load(), closed.load(), through.load());
}

}  // namespace
}  // namespace gort::netpoll
