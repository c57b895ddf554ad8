// LeakSanitizer looks for pointers in globals, in registers, in the stacks that threads are on and in what malloc gave. A goroutine that
// waits is in none of these places. So at the beginning of each check we put a copy of what counts where it does look, into blocks from
// malloc:
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
// A goroutine that runs on after our look would make the copy wrong: it waits with what it has allocated since, gives it to one that
// waits, starts another that has it. So all of them are held first, each thread where it is about to go to a goroutine, or comes back
// from a system call:
//
//     __lsan_is_turned_off                        the other threads                  LeakSanitizer's lock
//     BeginLeakCheck                                                                 held by the check
//     waits until none runs                       AwaitLeakCheck: wait for the lock       |
//     copies                                        |                                     |
//     (LeakSanitizer) stops threads, searches       |                                     |
//     (LeakSanitizer) unlocks                       go on                            released
//
// Bound: one that computes, or blocks its thread, longer than kHoldMicroseconds is not waited for; it is where it was before, in a stack
// that LeakSanitizer reads by itself.
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
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/linux.h"

// libc's, which programs with LeakSanitizer have. Declared here, for other programs of this layer have none to include.
extern "C" {
struct iovec {
  void* iov_base;
  std::size_t iov_len;
};
[[gnu::weak]] long process_vm_readv(int pid, const iovec* to, unsigned long nto, const iovec* from, unsigned long nfrom, unsigned long flags);
[[gnu::weak]] int getpid();
}

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

// Calls `f(word)` for each word in [begin, end). By the kernel, which reads ASan's red zones as well, and stops where the goroutine
// has ended meanwhile and its large stack is gone.
template <class F>
void EachWord(uintptr_t begin, uintptr_t end, F&& f) {
  uintptr_t words[256];
  for (uintptr_t at = begin & ~(sizeof(uintptr_t) - 1); at < end;) {
    const std::size_t wanted = end - at < sizeof(words) ? end - at : sizeof(words);
    const iovec to = {words, wanted};
    const iovec from = {reinterpret_cast<void*>(at), wanted};
    const long got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
    if (got < static_cast<long>(sizeof(uintptr_t))) return;
    const std::size_t n = static_cast<std::size_t>(got) / sizeof(uintptr_t);
    for (std::size_t i = 0; i < n; ++i) f(words[i]);
    at += n * sizeof(uintptr_t);
  }
}

// The frame that ASan keeps elsewhere if `word`, from gp's stack, points to it.
void CopyFakeFrame([[maybe_unused]] const g* gp, [[maybe_unused]] uintptr_t word) {
#if GORT_ASAN
  if (gp->racectx <= 1) return;  // no fake stack, or a dead one (switch/fiber.cc)
  void* begin = nullptr;
  void* end = nullptr;
  if (__asan_addr_is_in_fake_stack(reinterpret_cast<void*>(gp->racectx), reinterpret_cast<void*>(word), &begin, &end) == nullptr) return;
  EachWord(reinterpret_cast<uintptr_t>(begin), reinterpret_cast<uintptr_t>(end), &Append);
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
  const struct stack slot = gp->slot;
  const uintptr_t sp = LiveFrom(gp, status);
  if (sp >= slot.lo && sp < slot.hi) {
    EachWord(sp, slot.hi, [gp](uintptr_t word) {
      Append(word);
      CopyFakeFrame(gp, word);
    });
  }
  const auto self = reinterpret_cast<uintptr_t>(gp);
  const bool inside = self >= slot.lo && self < slot.hi;
  if (!inside) EachWord(self, self + sizeof(g), &Append);  // a large stack's
}

#if GORT_ASAN
constexpr std::uint32_t kHoldMicroseconds = 1'000'000;
constexpr std::uint32_t kPollMicroseconds = 100;

// Goroutines that run, but for the one that asks.
int Running() {
  const g* self = getg();
  const g* mine = self != nullptr && self->m != nullptr ? self->m->curg : nullptr;
  int running = 0;
  for (const g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    if (gp != mine && gp->atomicstatus.load(std::memory_order_acquire) == kGrunning) ++running;
  }
  return running;
}

void HoldGoroutines() {
  fiber::BeginLeakCheck();
  for (std::uint32_t waited = 0; Running() > fiber::HeldByLeakCheck() && waited < kHoldMicroseconds; waited += kPollMicroseconds) {
    sys::Usleep(kPollMicroseconds);
  }
}
#else
void HoldGoroutines() {}  // nobody knows the stacks that its threads are on either: CopyGoroutine copies those
#endif

}  // namespace

// LeakSanitizer's question whether to skip a check, which it asks at the beginning of each, before it stops the threads. A program
// that has an answer of its own cannot be linked with this one: let it use the option detect_leaks.
// Runs on: any thread.
extern "C" int __lsan_is_turned_off() {
  if (__lsan_do_leak_check == nullptr) return 0;
  HoldGoroutines();
  ForgetCopy();
  for (const g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    const std::uint32_t status = gp->atomicstatus.load(std::memory_order_acquire);
    if (status != kGdead) CopyGoroutine(gp, status);
  }
  return 0;
}

}  // namespace gort::runtime
