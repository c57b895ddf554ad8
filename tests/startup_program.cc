// A program of everything that the start has to get right, linked in every form (startup_forms.bzl) and run in every
// surrounding (startup_form_test.sh, which knows its output by heart).
//
//   startup_program ARGUMENT...       exits with 7, or 1 after a line that begins with "FAIL"
//
// GORT_STARTUP_ARGUMENTS=count: prints how many arguments there are and their bytes, instead of the arguments themselves.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "gort/gort.h"
#include "gort/tests/startup_checks.h"

namespace {

constexpr int kStatus = 7;

int failures = 0;

void Report(const char* property, std::uintptr_t want, std::uintptr_t got) {
  if (want == got) return;
  std::printf("FAIL %s: want %#lx, got %#lx\n", property, want, got);
  ++failures;
}

// Made by a constructor before main, on the thread's own stack; destroyed after main, on goroutine 1.
class Witness {
 public:
  Witness() : text_("constructed before main, on goroutine " + std::to_string(gort::Goid())) {}
  ~Witness() { std::printf("destroyed after main, on goroutine %lu\n", gort::Goid()); }
  const char* Text() const { return text_.c_str(); }

 private:
  std::string text_;
};
Witness witness;

thread_local int thread_word = 41;
thread_local std::string thread_text = "thread-local";

void AtExit() { std::printf("atexit, on goroutine %lu\n", gort::Goid()); }

void PrintArguments(int argc, char** argv) {
  const char* mode = std::getenv("GORT_STARTUP_ARGUMENTS");
  if (mode == nullptr || std::strcmp(mode, "count") != 0) {
    for (int i = 1; i < argc; ++i) std::printf("argument %d: %s\n", i, argv[i]);
    return;
  }
  std::size_t size_bytes = 0;
  for (int i = 1; i < argc; ++i) size_bytes += std::strlen(argv[i]);
  std::printf("%d arguments of %zu bytes\n", argc - 1, size_bytes);
}

// An exception crosses frames of main while another goroutine handles one of its own.
void ThrowOnTwoGoroutines() {
  std::string there;
  std::atomic<bool> done = false;
  gort::Go([&] {
    try {
      throw std::runtime_error("there");
    } catch (const std::exception& e) {
      gort::Gosched();
      there = e.what();
      done = true;
    }
  });
  try {
    gort::Gosched();
    throw std::logic_error("here");
  } catch (const std::exception& e) {
    while (!done) gort::Gosched();
    std::printf("caught %s and %s\n", e.what(), there.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  namespace checks = gort::startup_checks;
  checks::MainBegins(&Report);  // before it parks for the first time: afterwards it may be anywhere
  std::atexit(&AtExit);
  std::printf("%s\n", witness.Text());
  PrintArguments(argc, argv);
  const char* color = std::getenv("GORT_STARTUP_COLOR");
  std::printf("color: %s\n", color != nullptr ? color : "(none)");

  ++thread_word;
  std::printf("%s %d\n", thread_text.c_str(), thread_word);

  std::atomic<int> sum = 0;
  for (int i = 1; i <= 100; ++i) gort::Go([&sum, i] { sum += i; });
  while (gort::NumGoroutine() > 1) gort::Gosched();
  std::printf("goroutines added up to %d\n", sum.load());

  ThrowOnTwoGoroutines();

  checks::EntryCode(&Report);
  checks::G0AtEntry(&Report);
  checks::G0Now(&Report);
  checks::StepOrder(&Report);
  checks::FirstGoroutine(&Report);
  checks::GoroutineEntry(&Report);
  // Valgrind's /proc/self is partly valgrind's own.
  if (std::getenv("GORT_STARTUP_VALGRIND") == nullptr) {
    checks::EntryAddress(&Report);
    checks::Vectors(&Report);
  }
  std::printf("checks done\n");

  // Left behind: never finishes.
  gort::Go([] {
    for (;;) gort::Gosched();
  });
  gort::Gosched();
  return failures == 0 ? kStatus : EXIT_FAILURE;
}
