// Libraries that know nothing of goroutines, called from a thousand of them.
#ifndef GORT_TESTS_HOSTILE_HOSTILE_H_
#define GORT_TESTS_HOSTILE_HOSTILE_H_

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "gort/gort.h"
#include "gort/runtime/metrics/metrics.h"

namespace gort::hostile {

inline constexpr int kGoroutines = 1000;

// A shared library of the machine, by dlopen: so the build needs neither its headers nor a path. Stays loaded.
class Library {
 public:
  explicit Library(const char* soname) : name_(soname), handle_(dlopen(soname, RTLD_NOW)) {}
  explicit operator bool() const { return handle_ != nullptr; }

  // The function `name`, to be called as F. Ends the program if the library has none.
  template <class F>
  F* Function(const char* name) const {
    void* found = dlsym(handle_, name);
    if (found == nullptr) {
      std::fprintf(stderr, "%s has no %s\n", name_, name);
      std::exit(1);
    }
    return reinterpret_cast<F*>(found);
  }

 private:
  const char* const name_;
  void* const handle_;
};

// Runs work(i) on kGoroutines goroutines with default stacks, all of which are there before the first begins. Returns how many said false;
// prints how deep their stacks went.
template <class F>
int CountFailures(const char* what, F work) {
  std::atomic<int> failures{0};
  WaitGroup there, done;
  there.Add(kGoroutines);
  for (int i = 0; i < kGoroutines; ++i) {
    done.Go([&, i] {
      there.Done();
      there.Wait();
      if (!work(i)) failures.fetch_add(1);
    });
  }
  done.Wait();
  std::size_t deepest = 0;
  for (const metrics::SpawnSite& site : metrics::SpawnSites()) deepest = site.max_stack_bytes > deepest ? site.max_stack_bytes : deepest;
  std::printf("%s: %d goroutines, the deepest stack had %zu KiB\n", what, kGoroutines, deepest >> 10);
  return failures.load();
}

}  // namespace gort::hostile

#endif  // GORT_TESTS_HOSTILE_HOSTILE_H_
