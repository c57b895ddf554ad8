// The graph of a leak search: memory that counts only once something reachable refers to it, and the goroutines that depend on it.
// reach.h has the picture.
#ifndef GORT_RUNTIME_DEBUG_ISLANDS_H_
#define GORT_RUNTIME_DEBUG_ISLANDS_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/runtime/debug/addressspace.h"

namespace gort::runtime {

// First Allocate; then the Add functions and Wakes; then Seal; then Scan, of every root, and Drain.
class Islands {
 public:
  // In place of an island: an object that is reachable from the start.
  static constexpr std::uint32_t kReachable = UINT32_MAX;

  // Room for `waiters` goroutines, and for `waits` objects and as many calls of Wakes.  False: no memory.
  bool Allocate(Scratch* scratch, std::size_t waiters, std::size_t waits);

  // A goroutine that waits, and its stack with the closure above it. Returns the island that the stack is.
  std::uint32_t AddWaiter(g* gp, AddressRange stack);
  // An object: what refers to a place in `outer` may refer to it, and who has it has the words in `inner`.
  std::uint32_t AddObject(AddressRange outer, AddressRange inner);
  // Who gets hold of `island` can wake `waiter`.
  void Wakes(std::uint32_t island, std::uint32_t waiter);

  void Seal();

  // Takes each word for a reference. The range is aligned, and readable.
  void Scan(AddressRange range);
  void Scan(const std::uintptr_t* words, std::size_t n);
  // Follows what was found to its end.
  void Drain();

  // f(gp) for each waiter that nothing reachable can wake.
  template <class F>
  void EachLeaked(F&& f) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (islands_[i].waiter != nullptr && !islands_[i].live) f(islands_[i].waiter);
    }
  }

 private:
  struct Island {
    AddressRange contents;
    g* waiter;     // whose stack it is; null for an object
    bool reached;  // something reachable refers to it
    bool live;     // the waiter can be woken
  };
  struct Target {
    AddressRange range;
    std::uintptr_t highest;  // hi of this one and all before it
    std::uint32_t island;
  };
  struct Edge {
    std::uint32_t island;
    std::uint32_t waiter;
  };

  void AddTarget(AddressRange range, std::uint32_t island);
  void Refer(std::uintptr_t at);
  void Reach(std::uint32_t island);
  void MakeLive(std::uint32_t waiter);

  // Which pages have targets, modulo 2^18: most words end here, or before, as they lie outside of all targets.
  static constexpr std::size_t kFilterBits = 18;
  static constexpr std::uintptr_t kPageShift = 12;
  static std::size_t FilterBit(std::uintptr_t page) { return page & ((std::size_t{1} << kFilterBits) - 1); }

  Island* islands_ = nullptr;
  std::size_t count_ = 0;
  Target* targets_ = nullptr;
  std::size_t target_count_ = 0;
  Edge* edges_ = nullptr;
  std::size_t edge_count_ = 0;
  std::uint32_t* pending_ = nullptr;  // reached, and their contents not looked at yet
  std::size_t pending_count_ = 0;
  std::uint64_t* filter_ = nullptr;
  std::uintptr_t lowest_ = 0;  // of all targets
  std::uintptr_t span_ = 0;    // from there to the end of the highest
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_ISLANDS_H_
