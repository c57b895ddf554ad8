// Fails, or waits, in functions that the compiler inlines, for inlined_test.sh:
//
//   inlined_program fault         a nil dereference in Innermost
//   inlined_program wait N        N goroutines wait in Waiter; prints gort::Stack(true)

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gort/gort.h"

namespace app {
namespace {

#define INLINED [[gnu::always_inline]] inline

template <class T>
struct Tree {
  volatile T* root;
  INLINED T Innermost(int n) {
    return root[n];  // line: innermost
  }
};

INLINED int Middle(int n) {
  Tree<int> tree{nullptr};
  return tree.Innermost(n) + 1;  // line: middle
}

[[gnu::noinline]] int Outermost(int n) {
  const auto lambda = [&](int k) __attribute__((always_inline)) {
    return Middle(k) + n;  // line: lambda
  };
  return lambda(n) * 2;  // line: outermost
}

volatile int received;

INLINED void Waiter(const gort::Chan<int>& never) {
  received = never.Recv().value_or(0);  // line: waiter
}

[[gnu::noinline]] void WaitOutermost(const gort::Chan<int>& never) {
  Waiter(never);  // line: wait outermost
}

std::size_t Count(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

int Wait(std::size_t count) {
  const gort::Chan<int> never = gort::MakeChan<int>();
  for (std::size_t i = 0; i < count; ++i) gort::Go([&] { WaitOutermost(never); });
  std::string text;
  do {
    gort::Gosched();
    text = gort::Stack(true);
  } while (Count(text, " [chan receive]:\n") < count);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  std::_Exit(0);
}

}  // namespace
}  // namespace app

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "fault") return app::Outermost(0);
  if (what == "wait" && argc == 3) return app::Wait(static_cast<std::size_t>(std::atoi(argv[2])));
  std::fputs("inlined_program: say `fault` or `wait N`\n", stderr);
  return 2;
}
