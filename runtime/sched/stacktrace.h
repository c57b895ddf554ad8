// The frames of one goroutine as numbers: what a walk finds and a printer names, so that the two can be apart. A walk may happen in
// a signal handler of another thread, and two goroutines are the same if their numbers are.
#ifndef GORT_RUNTIME_SCHED_STACKTRACE_H_
#define GORT_RUNTIME_SCHED_STACKTRACE_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime {

struct StackTrace {
  struct Frame {
    std::uintptr_t pc;
    std::uintptr_t sp;       // in this frame, behind the call that it is in
    std::uint32_t repeated;  // how many more frames with the same pc follow: a recursion
    bool call;               // pc is a return address, so the call is just before it; otherwise pc is the instruction itself

    // An address in the instruction that the frame is at: what line and function are looked up by.
    std::uintptr_t Lookup() const { return call ? pc - 1 : pc; }
  };

  // As Go: the innermost and the outermost frames, when there are more than both together.
  static constexpr std::size_t kEnd = 50;

  std::size_t count = 0;  // those that lay between the ends count, too
  std::uintptr_t end = 0;  // the sp above the outermost frame; 0: not known
  Frame first[kEnd];
  Frame last[kEnd];  // a ring: frame i >= kEnd is, or was, at i % kEnd

  void Add(std::uintptr_t pc, std::uintptr_t sp, bool call) {
    if (count != 0) {
      Frame& inner = At(count - 1);
      if (inner.pc == pc && inner.call && call) {
        ++inner.repeated;
        return;
      }
    }
    At(count++) = {pc, sp, 0, call};
  }

  // Where frame i begins, above its return address: its caller's sp. 0: not known.
  std::uintptr_t FpOf(std::size_t i) const { return i + 1 < count ? At(i + 1).sp : end; }

  // How many frames between the ends are lost.
  std::size_t Elided() const { return count > 2 * kEnd ? count - 2 * kEnd : 0; }

  // Frame i, which must not be one of the elided.
  Frame& At(std::size_t i) { return i < kEnd ? first[i] : last[i % kEnd]; }
  const Frame& At(std::size_t i) const { return i < kEnd ? first[i] : last[i % kEnd]; }
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_STACKTRACE_H_
