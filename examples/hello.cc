// A program whose first instruction is ours and whose main is goroutine 1.
//
//   ./bazelw run //examples:hello -- some arguments
//
// Prints its arguments, an environment variable and what three goroutines say; exits with the number of arguments that
// begin with "fail" (0 mostly), to show that main's value is the process's.

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gort/gort.h"

int main(int argc, char** argv) {
  std::printf("hello from goroutine %lu of %d, on %d CPUs\n", gort::Goid(), gort::NumGoroutine(), gort::NumCPU());
  int failures = 0;
  for (int i = 1; i < argc; ++i) {
    std::printf("argument %d: %s\n", i, argv[i]);
    if (std::strncmp(argv[i], "fail", 4) == 0) ++failures;
  }
  const char* home = std::getenv("HOME");
  std::printf("HOME=%s\n", home != nullptr ? home : "(not set)");

  for (int worker = 1; worker <= 3; ++worker) {
    gort::Go([worker] {
      for (int step = 1; step <= 2; ++step) {
        std::printf("worker %d, step %d, goroutine %lu\n", worker, step, gort::Goid());
        gort::Gosched();
      }
    });
  }
  while (gort::NumGoroutine() > 1) gort::Gosched();
  std::printf("all workers are done\n");
  return failures;
}
