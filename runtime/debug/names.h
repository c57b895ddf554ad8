// What tracebacks make of the names of functions: shorter ones, and which are the runtime's own.
#ifndef GORT_RUNTIME_DEBUG_NAMES_H_
#define GORT_RUNTIME_DEBUG_NAMES_H_

#include <cstddef>

namespace gort::runtime {

// The longest name that ShortenName writes, without the NUL.
inline constexpr std::size_t kMaxName = 160;

// Writes to `to`, of kMaxName + 1 bytes, what a traceback shows for `name`, which is demangled and has lost its arguments'
// types, as abseil's symbolizer leaves it:
//
//     gort::Chan<>::Recv()                              gort::Chan<...>::Recv(...)          as Go: F[...](...)
//     main::{lambda(int)#1}::operator()()               main::{lambda#1}(...)               as Go: main.func1(...)
//     worker::Step() (.cold)                            worker::Step(...)
//     main                                              main(...)
//     gort::internal::RecvOps<>::Recv()                 gort::Chan<...>::Recv(...)          by the name that its users know
//
// What is longer than kMaxName loses its middle.
// Runs on: any, also gsignal.
void ShortenName(const char* name, char* to);

// Whether a function called `name`, as ShortenName writes it, is machinery that only GORT_TRACEBACK=system shows: gort's own below
// the functions that a user calls (gort::runtime::, gort::internal::, and assembly's runtime.*), and the standard library's
// below those that it documents (names that C++ reserves, such as std::__invoke; std::function's call operator).
// Source: Go 1.27 runtime.showframe, for the idea.
bool IsRuntimeName(const char* name);

// Whether such a function is a template that calls what the user passed, which then may have been inlined into it: its frame is
// perhaps all that is left of the user's function.
bool CallsUserCode(const char* name);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_NAMES_H_
