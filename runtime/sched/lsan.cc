// LeakSanitizer looks for pointers in globals, in the stacks of threads and in what malloc gave. A goroutine that waits is in none of
// these places. So at the beginning of each check we put a copy of what counts where it does look, into blocks from malloc:
//
//     slot.hi  +--------------------+
//              |  g, closure        |
//              |  frames            |   copied
//     sp  ->   +--------------------+
//              |  what returned     |   not copied: it would hide leaks. Nor is anything of a goroutine that has ended
//     slot.lo  +--------------------+
//
// and, with ASan's detection of uses after return, the frames that it keeps elsewhere.
//
// Rejected: __lsan_register_root_region. LeakSanitizer holds its lock when it asks us, and registering takes the same one; to register
// whole slots once and for all would make it read stacks that were never touched, and find in them what is long gone.
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/mem/mem.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/switch/getg.h"

// Present in programs with LeakSanitizer, by itself or in AddressSanitizer; the second in the latter.
extern "C" [[gnu::weak]] void __lsan_do_leak_check();
extern "C" [[gnu::weak]] void* __asan_addr_is_in_fake_stack(void* fake_stack, void* addr, void** begin, void** end);

namespace gort::runtime {

namespace {

struct Block {
  static constexpr std::size_t kWords = (std::size_t{1} << 17) - 2;  // 1 MiB with the rest

  Block* previous;
  std::size_t nwords;
  uintptr_t words[kWords];
};

constexpr uintptr_t kRunningBytes = 1 << 20;

// The copy for the last check: a global, and so a root. Guard: LeakSanitizer makes one check at a time.
constinit Block* copy = nullptr;

void ForgetCopy() {
  while (copy != nullptr) {
    Block* last = copy;
    copy = last->previous;
    memfree(last, sizeof(Block), alignof(Block));
  }
}

void Append(uintptr_t word) {
  if (copy == nullptr || copy->nwords == Block::kWords) {
    auto* block = static_cast<Block*>(memalloc(sizeof(Block), alignof(Block)));
    if (block == nullptr) return;  // leaks are the least of the program's problems
    block->previous = copy;
    block->nwords = 0;
    copy = block;
  }
  copy->words[copy->nwords++] = word;
}

// Not instrumented: there are red zones, which one may not read. Volatile: no memcpy, which is watched as well.
GORT_UNINSTRUMENTED uintptr_t WordAt(uintptr_t at) { return *reinterpret_cast<const volatile uintptr_t*>(at); }

void CopyWords(uintptr_t begin, uintptr_t end) {
  for (uintptr_t at = begin; at < end; at += sizeof(uintptr_t)) Append(WordAt(at));
}

// The frame that ASan keeps elsewhere if `word`, from gp's stack, points to it.
void CopyFakeFrame([[maybe_unused]] const g* gp, [[maybe_unused]] uintptr_t word) {
#if GORT_ASAN
  if (gp->racectx <= 1) return;  // no fake stack, or a dead one (switch/fiber.cc)
  void* begin = nullptr;
  void* end = nullptr;
  if (__asan_addr_is_in_fake_stack(reinterpret_cast<void*>(gp->racectx), reinterpret_cast<void*>(word), &begin, &end) == nullptr) return;
  CopyWords(reinterpret_cast<uintptr_t>(begin), reinterpret_cast<uintptr_t>(end));
#endif
}

// Where gp's live frames begin, at the lowest address.
uintptr_t LiveFrom(const g* gp, std::uint32_t status) {
  if (gp == getg()) return reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (status == kGwaiting || status == kGrunnable) return gp->sched.sp;
  // It runs, and may have stopped to by the time the threads are: then the frames below where it last waited are missed. Rather miss a
  // leak behind a dead frame than call something a leak that is none. Bound: of what it has used since, a MiB below the top counts.
  const uintptr_t lowest = gp->stack.hi - gp->stack.lo > kRunningBytes ? gp->stack.hi - kRunningBytes : gp->stack.lo;
  return gp->sched.sp != 0 && gp->sched.sp < lowest ? gp->sched.sp : lowest;
}

void CopyGoroutine(const g* gp, std::uint32_t status) {
  const uintptr_t sp = LiveFrom(gp, status);
  if (sp >= gp->slot.lo && sp < gp->slot.hi) {
    for (uintptr_t at = sp & ~(sizeof(uintptr_t) - 1); at < gp->slot.hi; at += sizeof(uintptr_t)) {
      const uintptr_t word = WordAt(at);
      Append(word);
      CopyFakeFrame(gp, word);
    }
  }
  const auto self = reinterpret_cast<uintptr_t>(gp);
  const bool inside = self >= gp->slot.lo && self < gp->slot.hi;
  if (!inside) CopyWords(self, self + sizeof(g));  // a large stack's
}

}  // namespace

// LeakSanitizer's question whether to skip a check, which it asks at the beginning of each, before it stops the threads. A program
// that has an answer of its own cannot be linked with this one: let it use the option detect_leaks.
// Runs on: any thread.
extern "C" int __lsan_is_turned_off() {
  if (__lsan_do_leak_check == nullptr) return 0;
  ForgetCopy();
  for (const g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    const std::uint32_t status = gp->atomicstatus.load(std::memory_order_acquire);
    if (status != kGdead) CopyGoroutine(gp, status);
  }
  return 0;
}

}  // namespace gort::runtime
