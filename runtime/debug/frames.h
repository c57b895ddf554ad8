// Frames in words: what stands between a list of numbers and the text of a traceback.
#ifndef GORT_RUNTIME_DEBUG_FRAMES_H_
#define GORT_RUNTIME_DEBUG_FRAMES_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sched/stacktrace.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

// Writes the name of the function that `pc` lies in to name[0, size_bytes), demangled; false if it does not know.
// Called while the process comes down, in signal handlers too: no allocation, no lock that user code may hold.
using Symbolizer = bool (*)(std::uintptr_t pc, char* name, std::size_t size_bytes);

// Makes tracebacks show names as `symbolizer` knows them. Without one they are the linker's.
// Runs on: any, before main.
void SetSymbolizer(Symbolizer symbolizer);

// Prints a trace in Go's form, two lines for each frame:
//
//     worker::Step(...)                                   worker::Step(...)
//     	worker/step.cc:31 +0x1f                             	/usr/bin/worker +0x41c7 pc=0x5581c0e041c7
//
// on the right without line tables; the number behind the module is what addr2line and gdb's `info line *` want.
// A function that was inlined is shown as a frame of its own, without an offset, which belongs to the function that it is in.
// Frames of the runtime are left out, unless there are no others, or `system`: then each that is on the stack ends in
// ` fp=... sp=... pc=...`.
// A function that calls itself is shown once, with a line that counts, and so is the middle of a stack that is deeper than
// StackTrace keeps.
// Each frame's text is made once: it is kept in pages of our own, some megabytes at most.
// Runs on: any, also gsignal.  Blocks: M, as reading files does; while another thread prints, for a tenth of a second at most:
// then frames go without names. The same where the printing itself was interrupted by a fault.
// Source: Go 1.27 runtime.traceback1, runtime.showframe.
void PrintFrames(const StackTrace& trace, bool system, sys::Printer* out);

// How far into its function, which the symbol table knows, the instruction at `pc` lies; 0 if that is not known.
// Runs on: any, also gsignal.  Blocks: as PrintFrames.
std::uint64_t OffsetInFunction(std::uintptr_t pc);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_FRAMES_H_
