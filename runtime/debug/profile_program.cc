// Writes its goroutine profile to argv[1] as a protobuf and to argv[2] as text: ten goroutines wait in one place, with labels.
#include <cstdio>

#include "gort/gort.h"
#include "gort/runtime/debug/profile.h"

namespace {

gort::Chan<int> never = gort::MakeChan<int>();

[[gnu::noinline]] void WaitInOnePlace(gort::WaitGroup* begun) {
  begun->Done();
  never.Recv();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "profile_program: expected two files, got %d; usage: profile_program PROTOBUF TEXT\n", argc - 1);
    return 2;
  }
  gort::WaitGroup begun;
  begun.Add(10);
  gort::pprof::Do({{"route", "/users"}}, [&] {
    for (int i = 0; i < 10; ++i) gort::Go([&] { WaitInOnePlace(&begun); });
  });
  begun.Wait();
  // Until all of them wait, in one place.
  while (gort::pprof::GoroutineProfile(1).find("\n10 @ ") == std::string::npos) gort::Gosched();
  for (int debug = 0; debug < 2; ++debug) {
    const absl::Status status = gort::pprof::WriteGoroutineProfile(argv[debug + 1], debug);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      return 2;
    }
  }
  return 0;
}
