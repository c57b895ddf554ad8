// Our layouts are Go 1.27's, proved while compiling: whatever this file says is true on amd64, arm64 and riscv64 (the
// cross compilers of golden_test.sh check the latter two). gstruct/crosscheck compares with more versions and with real
// Go programs; here stand the numbers that tools and people have built on.
//
// Source: Go 1.27 go_asm.h of package runtime, linux/amd64; arm64 and riscv64 have the same up to here.

#include <cstddef>
#include <type_traits>

#include "gort/gstruct/g.h"
#include "gort/gstruct/gobuf.h"
#include "gort/gstruct/hchan.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/stack.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/sudog.h"

namespace gort::runtime {
namespace {

static_assert(offsetof(stack, lo) == 0);
static_assert(offsetof(stack, hi) == 8);
static_assert(sizeof(stack) == 16);

static_assert(offsetof(gobuf, sp) == 0);
static_assert(offsetof(gobuf, pc) == 8);
static_assert(offsetof(gobuf, g) == 16);
static_assert(offsetof(gobuf, ctxt) == 24);
static_assert(offsetof(gobuf, lr) == 32);
static_assert(offsetof(gobuf, bp) == 40);
static_assert(sizeof(gobuf) == 48);

// The head of g, which the layout profile promises.
static_assert(offsetof(g, stack) == 0);
static_assert(offsetof(g, stackguard0) == 16);
static_assert(offsetof(g, stackguard1) == 24);
static_assert(offsetof(g, _panic) == 32);
static_assert(offsetof(g, _defer) == 40);
static_assert(offsetof(g, m) == 48);
static_assert(offsetof(g, sched) == 56);
static_assert(offsetof(g, syscallsp) == 104);
static_assert(offsetof(g, syscallpc) == 112);
static_assert(offsetof(g, syscallbp) == 120);
static_assert(offsetof(g, stktopsp) == 128);
static_assert(offsetof(g, param) == 136);
static_assert(offsetof(g, atomicstatus) == 144);
static_assert(offsetof(g, stackLock) == 148);
static_assert(offsetof(g, goid) == 152);
// The rest of g is not promised, but what has Go's name has Go's place.
static_assert(offsetof(g, schedlink) == 160);
static_assert(offsetof(g, waitsince) == 168);
static_assert(offsetof(g, waitreason) == 176);
static_assert(offsetof(g, preempt) == 177);
static_assert(offsetof(g, tracking) == 190);
static_assert(offsetof(g, trackingSeq) == 191);
static_assert(offsetof(g, trackingStamp) == 192);
static_assert(offsetof(g, lockedm) == 208);
static_assert(offsetof(g, sig) == 224);
static_assert(offsetof(g, sigcode0) == 256);
static_assert(offsetof(g, sigcode1) == 264);
static_assert(offsetof(g, sigpc) == 272);
static_assert(offsetof(g, parentGoid) == 280);
static_assert(offsetof(g, gopc) == 288);
static_assert(offsetof(g, startpc) == 304);
static_assert(offsetof(g, racectx) == 312);
static_assert(offsetof(g, waiting) == 320);
static_assert(offsetof(g, labels) == 352);
static_assert(offsetof(g, timer) == 360);
static_assert(offsetof(g, sleepWhen) == 368);
static_assert(offsetof(g, selectDone) == 376);
static_assert(offsetof(g, bubble) == 392);

static_assert(offsetof(sudog, g) == 0);
static_assert(offsetof(sudog, next) == 8);
static_assert(offsetof(sudog, prev) == 16);
static_assert(offsetof(sudog, elem) == 24);
static_assert(offsetof(sudog, acquiretime) == 40);
static_assert(offsetof(sudog, releasetime) == 48);
static_assert(offsetof(sudog, ticket) == 56);
static_assert(offsetof(sudog, isSelect) == 60);
static_assert(offsetof(sudog, success) == 61);
static_assert(offsetof(sudog, waiters) == 62);
static_assert(offsetof(sudog, parent) == 64);
static_assert(offsetof(sudog, waitlink) == 72);
static_assert(offsetof(sudog, waittail) == 80);
static_assert(offsetof(sudog, c) == 88);
static_assert(sizeof(sudog) == 104);

static_assert(offsetof(waitq, first) == 0);
static_assert(offsetof(waitq, last) == 8);
static_assert(sizeof(waitq) == 16);

static_assert(offsetof(hchan, qcount) == 0);
static_assert(offsetof(hchan, dataqsiz) == 8);
static_assert(offsetof(hchan, buf) == 16);
static_assert(offsetof(hchan, elemsize) == 24);
static_assert(offsetof(hchan, closed) == 28);
static_assert(offsetof(hchan, timer) == 32);
static_assert(offsetof(hchan, elemtype) == 40);
static_assert(offsetof(hchan, sendx) == 48);
static_assert(offsetof(hchan, recvx) == 56);
static_assert(offsetof(hchan, recvq) == 64);
static_assert(offsetof(hchan, sendq) == 80);
static_assert(offsetof(hchan, bubble) == 96);
static_assert(offsetof(hchan, lock) == 104);
static_assert(sizeof(hchan) == 112);

// What a debugger reads of m to find the goroutine.
static_assert(offsetof(m, g0) == 0);
static_assert(offsetof(m, tls) == 128);
static_assert(offsetof(m, curg) == 184);

static_assert(stackGuard == 928);
static_assert(stackPreempt == 0xfffffffffffffade);
static_assert(stackFork == 0xfffffffffffffb2e);
static_assert(kGidle == 0 && kGrunnable == 1 && kGrunning == 2 && kGsyscall == 3 && kGwaiting == 4 && kGdead == 6);

// offsetof is only promised for such types; and a g is made by zeroing memory.
static_assert(std::is_standard_layout_v<stack> && std::is_standard_layout_v<gobuf> && std::is_standard_layout_v<g> &&
              std::is_standard_layout_v<sudog> && std::is_standard_layout_v<hchan>);

}  // namespace
}  // namespace gort::runtime

int main() {}
