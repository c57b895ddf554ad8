// The exceptions that led to the one that nobody caught: those that were being handled when it was thrown, and those nested in
// them (std::throw_with_nested). Found in the C++ runtime's own records: nothing is thrown, copied or allocated.
//
//     caughtExceptions -> the uncaught one -> the one whose handler threw it -> ...
//                                |                          |
//                           nested_ptr()               nested_ptr()
//                                v                          v
//
// Not found: one in flight when a destructor that it runs throws another. The C++ runtime lists what is caught, and that is not.
//
// Source: Itanium C++ ABI: Exception Handling, 2.2; libstdc++ for rethrow_exception. crash_test.sh checks the offsets.
#ifndef GORT_RUNTIME_PANIC_RAISED_H_
#define GORT_RUNTIME_PANIC_RAISED_H_

#include <cstddef>
#include <typeinfo>

namespace gort::runtime {

struct Raised {
  const std::type_info* type;
  void* object;   // of that type
  bool rethrown;  // it was caught before, and thrown again by `throw;` or std::rethrow_exception

  // The object as a `base`, if its type is that or publicly derived from it; otherwise null.
  // Runs on: any.  Blocks: never.
  void* As(const std::type_info& base) const;
  // what(), if it is a std::exception; otherwise null.
  // Runs on: any.  Blocks: never, unless its what() does.
  const char* What() const;
  // The mangled name of the type that the user wrote: of throw_with_nested(T), T.
  // Runs on: any.  Blocks: never.
  const char* TypeName() const;
};

inline constexpr std::size_t kMostRaised = 16;

// Writes the exception that std::terminate has caught, and what led to it, latest first, to raised[0, kMostRaised). Returns how
// many: none is listed twice, and 0 says that std::terminate was called for another reason.
// Runs on: the terminate handler.  Blocks: never.
std::size_t FindRaised(Raised* raised);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_PANIC_RAISED_H_
