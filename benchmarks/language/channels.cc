// Values between goroutines.

#include <array>
#include <optional>

#include "gort/benchmarks/language/language.h"
#include "gort/gort.h"

namespace gort::language {
namespace {

// A round trip over two unbuffered channels.
void PingPong() {
  PrintNsPerOperation(1'000'000, [](std::int64_t n) {
    const Chan<int> ping = MakeChan<int>();
    const Chan<int> pong = MakeChan<int>();
    Go([ping, pong] {
      for (int ball : ping) pong.Send(ball);
    });
    for (; n > 0; --n) {
      ping.Send(1);
      pong.Recv();
    }
    ping.Close();
  });
}

// A value through a buffer of 128, of which `kPairs` producers and consumers each take their share.
template <int kPairs>
void Buffered() {
  PrintNsPerOperation(8'000'000, [](std::int64_t n) {
    const Chan<std::int64_t> ch = MakeChan<std::int64_t>(128);
    WaitGroup all;
    for (int i = 0; i < kPairs; ++i) {
      all.Go([ch, n] {
        for (std::int64_t k = n / kPairs; k > 0; --k) ch.Send(k);
      });
      all.Go([ch, n] {
        for (std::int64_t k = n / kPairs; k > 0; --k) ch.Recv();
      });
    }
    all.Wait();
  });
}

// A value to a goroutine that selects over four unbuffered channels; they take turns.
void Select4() {
  PrintNsPerOperation(1'000'000, [](std::int64_t n) {
    std::array<Chan<int>, 4> ch;
    for (Chan<int>& each : ch) each = MakeChan<int>();
    WaitGroup all;
    all.Go([&ch, n] {
      std::optional<int> v;
      for (std::int64_t k = n; k > 0; --k) Select(Recv(ch[0], v), Recv(ch[1], v), Recv(ch[2], v), Recv(ch[3], v));
    });
    for (std::int64_t k = n; k > 0; --k) ch[k % 4].Send(1);
    all.Wait();
  });
}

constexpr Row kRows[] = {
    {"ping_pong", &PingPong},
    {"buffered_1p1c", &Buffered<1>},
    {"buffered_4p4c", &Buffered<4>},
    {"select_4", &Select4},
};

}  // namespace

const std::span<const Row> kChannelRows = kRows;

}  // namespace gort::language
