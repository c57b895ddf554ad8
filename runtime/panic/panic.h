// What ends a program: misuse that panics in Go, and exceptions that nobody catches.
#ifndef GORT_RUNTIME_PANIC_PANIC_H_
#define GORT_RUNTIME_PANIC_PANIC_H_

#include <stdexcept>
#include <string_view>

namespace gort {

// Misuse of the API that panics in Go, such as closing a channel twice. what() is Go's text without "panic: ".
class PanicError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// How much the report of a failure shows from now on: none, single, all, system or crash, or 0, 1, 2 for none, all, system. A level
// below that of GORT_TRACEBACK changes nothing: whoever starts the program has the last word.
// Runs on: any.  Blocks: never.  Errors: PanicError for any other word.
// Source: Go 1.27 runtime/debug.SetTraceback, which takes any other word for all.
void SetTraceback(std::string_view level);

namespace runtime {

// Makes an exception that nobody catches end the program as a Go panic does: `panic: `, its type and what(), the
// goroutine's trace from the throw (the stack is not unwound when no handler exists), status 2. What led to it comes first:
//
//     panic: std::runtime_error: first [recovered]       was caught; its handler threw what follows, or it is nested in that
//     	panic: std::logic_error: second
//     panic: int [recovered, repanicked]                 was caught, and thrown again by `throw;` or std::rethrow_exception
//
// A terminate handler that the program installed itself is left alone.
// Runs on: g0 of the first thread, before main.
void InstallPanicHandler();

}  // namespace runtime
}  // namespace gort

#endif  // GORT_RUNTIME_PANIC_PANIC_H_
