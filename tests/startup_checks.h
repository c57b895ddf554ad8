// What the start of a gort program promises, as comparisons that every form of a program can make of itself: under GoogleTest
// (runtime_test.cc), in each of the link forms (startup_program.cc), and without libc (freestanding/startup.cc).
//
// Hence no libc here, no allocation, and a callback instead of an assertion. Where the truth comes from: the ELF file, the
// kernel's /proc, the machine code itself, and the record that rt0_go wrote before any C++ ran (runtime.startup).
//
// All of them:  Runs on: G, namely goroutine 1, before anything else changed what they look at.  Blocks: M, reading /proc.
#ifndef GORT_TESTS_STARTUP_CHECKS_H_
#define GORT_TESTS_STARTUP_CHECKS_H_

#include <cstdint>

namespace gort::startup_checks {

// Told of each comparison: what should hold, in words, and the two values that must be equal. A condition without values
// compares 1 with 0 or 1.
using Report = void (*)(const char* property, std::uintptr_t want, std::uintptr_t got);

// The ELF header's entry address, moved by where the program was loaded, is _rt0_<arch>_linux; the kernel says the same.
void EntryAddress(Report report);

// The machine code of the chain: _rt0_<arch>_linux is a jump to _rt0_<arch>, which takes argc and argv from the stack and jumps to
// runtime.rt0_go, which stores stackguard0, stackguard1, stack.lo and stack.hi of g0 in that order. amd64 only: the others'
// code is compared in //rt0:entry_stubs_test.
void EntryCode(Report report);

// g0 as rt0_go made it from the entry stack pointer, and argc and argv in rt0_go's frame.
void G0AtEntry(Report report);

// g0 as it is now: guards at stack.lo + stackGuard, m0 and g0 linked to each other.
void G0Now(Report report);

// Each step of the start ran once, in Go's order, and main came last.
void StepOrder(Report report);

// argc, argv, envp and auxv are what the kernel made, byte by byte.
void Vectors(Report report);

// The caller is on m0, as main is until it parks for the first time.
void MainBegins(Report report);

// Goroutine 1 runs the caller, on a stack as large as RLIMIT_STACK says, whose outermost frame returns to runtime.goexit.
void FirstGoroutine(Report report);

// A new goroutine starts with sp = stack.hi - 40 and runtime.goexit + 1 as its return address.
void GoroutineEntry(Report report);

}  // namespace gort::startup_checks

#endif  // GORT_TESTS_STARTUP_CHECKS_H_
