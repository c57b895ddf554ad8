// Running a user's function to its end, whichever end that is: what Task and Group share.
#ifndef GORT_RUNTIME_GROUP_RUN_H_
#define GORT_RUNTIME_GROUP_RUN_H_

#include <cxxabi.h>

#include <exception>
#include <optional>
#include <utility>

namespace gort::internal {

// Calls f and returns the exception that it threw, or null. Goexit, which is a forced unwind, goes through.
// Not under UBSan: a forced unwind has no object, and the compiler's own reference to it is null.
template <class F>
__attribute__((no_sanitize("undefined"))) std::exception_ptr RunCatching(F&& f) {
  try {
    f();
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

// Runs when it goes out of scope, by Goexit too.
template <class F>
class AtEnd {
 public:
  explicit AtEnd(F f) : f_(std::move(f)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { f_(); }

 private:
  F f_;
};

}  // namespace gort::internal

#endif  // GORT_RUNTIME_GROUP_RUN_H_
