#include "gort/runtime/switch/test_m.h"

#include <pthread.h>

#include <utility>

// Where a test goroutine would return to, if it did: the unwind information ends the stack here, as runtime.goexit's does.
asm(R"(
        .text
        .globl  gort_test_end
        .type   gort_test_end, @function
gort_test_end:
        .cfi_startproc
        .cfi_undefined rip
        nop
        ud2
        .cfi_endproc
        .size   gort_test_end, . - gort_test_end
)");
extern "C" char gort_test_end[];

namespace gort::runtime {

namespace {

stack StackOf(std::byte* memory, std::size_t size) {
  const auto lo = (reinterpret_cast<uintptr_t>(memory) + 15) & ~uintptr_t{15};
  const auto hi = (reinterpret_cast<uintptr_t>(memory) + size) & ~uintptr_t{15};
  return {lo, hi};
}

}  // namespace

TestG::TestG(std::function<void()> f) : f_(std::move(f)), memory_(new std::byte[kBytes]) {
  g_.stack = StackOf(memory_.get(), kBytes);
  gostartcall(&g_.sched, &g_, g_.stack, &Entry, this, reinterpret_cast<uintptr_t>(gort_test_end) + 1);
  fiber::Create(&g_);
}

TestG::~TestG() { fiber::Destroy(&g_); }

void TestG::Entry(void* self_pointer) {
  auto* self = static_cast<TestG*>(self_pointer);
  fiber::Arrive(&self->g_);
  self->f_();
  self->f_ = nullptr;
  self->done_ = true;
  fiber::Retire(&self->g_);
  TestM::Park();
}

TestM::TestM() {
  pthread_attr_t attributes;
  void* lo = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &lo, &size);
  pthread_attr_destroy(&attributes);
  g0_.stack.lo = reinterpret_cast<uintptr_t>(lo);
  g0_.stack.hi = g0_.stack.lo + size;
  g0_.m = &m_;
  g0_.param = this;
  m_.g0 = &g0_;
  m_.ehglobals = reinterpret_cast<ehglobals*>(abi::__cxa_get_globals());
  home_.g = &g0_;
}

void TestM::Run(TestG* goroutine) {
  constexpr uintptr_t kBelow = 64 * 1024;
  next_ = goroutine->get();
  next_->m = &m_;
  m_.curg = next_;
  g0_.sched.sp = (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - kBelow) & ~uintptr_t{15};
  gobuf kick{};
  gostartcall(&kick, &g0_, {g0_.stack.lo, g0_.sched.sp}, &Kick, this, 0);
  // g0's exception state is what the thread has now; going home restores it.
  g0_._panic = m_.ehglobals->caughtExceptions;
  g0_.uncaughtExceptions = m_.ehglobals->uncaughtExceptions;
  fiber::Adopt(&g0_);
  gobufswitch(&home_, &kick);
  fiber::Arrive(&g0_);
  setg(nullptr);
  m_.curg = nullptr;
}

void TestM::Kick(void* self_pointer) {
  auto* self = static_cast<TestM*>(self_pointer);
  setg(&self->g0_);
  gogo(&self->next_->sched);
}

void TestM::Park() { mcall(&GoHome, nullptr); }

const gobuf* TestM::GoHome(g* gp, void*) {
  auto* self = static_cast<TestM*>(gp->m->g0->param);
  gp->m = nullptr;
  return &self->home_;
}

}  // namespace gort::runtime
