// Asks three replicas and takes the first answer; the two others' goroutines stay behind for ever. docs/debugging.md finds them, and
// with --buffered they are gone.
//
//   ./bazelw run //examples/debugging:leak

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gort/gort.h"

namespace {

// The mistake: without room in the channel, only one of three sends can ever end.
int First(std::int64_t room) {
  const gort::Chan<int> answers = gort::MakeChan<int>(room);
  for (int replica = 1; replica <= 3; ++replica) {
    gort::Go({.name = "replica"}, [=] { answers.Send(replica); });
  }
  return *answers.Recv();
}

}  // namespace

int main(int argc, char** argv) {
  const bool buffered = argc > 1 && std::string_view(argv[1]) == "--buffered";
  int answers = 0;
  for (int i = 0; i < 100; ++i) answers += First(buffered ? 3 : 0) != 0;
  // Lets those go on who can. With one P that is certain; of several, one may be without a CPU.
  for (int i = 0; i < 100; ++i) gort::Gosched();
  std::printf("%d answers\n", answers);
  const absl::StatusOr<std::string> leaks = gort::debug::LeakReport();
  std::puts(leaks.ok() ? leaks->c_str() : std::string(leaks.status().message()).c_str());
}
