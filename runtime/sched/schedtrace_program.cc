// Does something of everything until its input ends: a goroutine that waits, one that sleeps and wakes, a hundred that have ended,
// and main in a call that blocks its thread. With an argument: only main, asleep, so that every P is idle.

#include <unistd.h>

#include <chrono>

#include "gort/gort.h"

namespace {

void WaitForEndOfInput() {
  gort::Blocking([] {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
  });
}

}  // namespace

int main(int argc, char**) {
  using std::chrono::milliseconds;
  const auto never = gort::MakeChan<int>();
  const auto ended = gort::MakeChan<bool>();
  gort::Go([ended] {
    WaitForEndOfInput();
    ended.Close();
  });
  if (argc > 1) {
    ended.Recv();
    return 0;
  }
  gort::WaitGroup all;
  for (int i = 0; i < 100; ++i) all.Go([] { gort::Gosched(); });
  all.Wait();
  gort::Go([never] { never.Recv(); });
  gort::Go([] {
    for (;;) gort::Sleep(milliseconds(1));
  });
  ended.Recv();
  return 0;
}
