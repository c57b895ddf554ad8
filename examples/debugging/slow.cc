// A server that takes ten times as long for some requests, though it has next to nothing to do: docs/debugging.md finds out
// why. With --blocking the mistake is mended.
//
//   GORT_MAXPROCS=1 ./bazelw run //examples/debugging:slow

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "absl/time/time.h"
#include "gort/gort.h"

namespace {

// Stands for a library that knows nothing of goroutines: a database driver, a DNS query, a slow disk.
void QueryDatabase() { usleep(30'000); }

// The mistake: the thread sleeps in the kernel, and its P with it. gort::Blocking would hand the P on.
void ServeReport(bool blocking) {
  for (int i = 0; i < 10; ++i) {
    blocking ? gort::Blocking(QueryDatabase) : QueryDatabase();
    gort::Gosched();
  }
}

// Serves one small request a millisecond; returns the longest time from a request's arrival to its reply.
absl::Duration ServeSmallRequests(int requests) {
  absl::Duration longest;
  absl::Time arrival = gort::Now();
  for (int i = 0; i < requests; ++i) {
    arrival += absl::Milliseconds(1);
    gort::Sleep(arrival - gort::Now());
    const gort::Chan<int> reply = gort::MakeChan<int>();
    gort::Go({.name = "small request"}, [=] { reply.Send(42); });
    reply.Recv();
    longest = std::max(longest, gort::Now() - arrival);
  }
  return longest;
}

}  // namespace

int main(int argc, char** argv) {
  const bool blocking = argc > 1 && std::string_view(argv[1]) == "--blocking";
  gort::WaitGroup report;
  report.Go([=] { ServeReport(blocking); });
  const absl::Duration longest = ServeSmallRequests(100);
  report.Wait();
  std::printf("longest small request: %ld ms\n", absl::ToInt64Milliseconds(longest));
}
