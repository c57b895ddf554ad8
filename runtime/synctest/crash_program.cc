// Dies in the way that its argument names: what is fatal about a bubble's goroutines. crash_test.sh looks at what it
// says.
#include <mutex>
#include <string_view>

#include "gort/gort.h"

namespace {

// Signals a Cond on which a goroutine of a bubble waits, from outside.
void WakeFromOutside() {
  gort::Mutex mutex;
  gort::Cond cond(mutex);
  const auto waits = gort::MakeChan<gort::Unit>();
  gort::Go([&] {
    waits.Recv();
    cond.Signal();
  });
  gort::synctest::Test([&] {
    gort::Go([&] {
      std::lock_guard lock(mutex);
      cond.Wait();
    });
    gort::synctest::Wait();
    waits.Send({});
    gort::Mutex never;
    never.Lock();
    never.Lock();  // not durable, so there is no deadlock in the bubble
  });
}

void AddFromTwoBubbles(gort::WaitGroup* group) {
  gort::synctest::Test([group] { group->Add(1); });
  gort::synctest::Test([group] { group->Add(1); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view how = argc > 1 ? argv[1] : "";
  gort::WaitGroup group;
  if (how == "cond") WakeFromOutside();
  if (how == "waitgroup_two_bubbles") AddFromTwoBubbles(&group);
  if (how == "waitgroup_inside_outside") {
    gort::synctest::Test([&group] { group.Add(1); });
    group.Done();
  }
  if (how == "waitgroup_outside_inside") {
    group.Add(1);
    gort::synctest::Test([&group] { group.Done(); });
  }
  return 0;
}
