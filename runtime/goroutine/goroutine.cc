#include "gort/runtime/goroutine/goroutine.h"

#include <pthread.h>
#include <sched.h>
#include <unwind.h>

#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/locked.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/syscall.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

namespace {

// The current goroutine, or null on a plain thread and on an M's own stack.
runtime::g* Self() {
  runtime::g* gp = runtime::getg();
  return gp != nullptr && gp != gp->m->g0 ? gp : nullptr;
}

// "goexit" in the form that the unwinder wants: vendor and language.
constexpr _Unwind_Exception_Class kGoexitClass = 0x474f525447580000;  // "GORTGX\0\0"

// Called when a catch block is left without rethrowing: the goroutine would go on behind a call that does not return.
void Swallowed(_Unwind_Reason_Code, _Unwind_Exception*) {
  runtime::sys::Fatal("gort::Goexit: a catch (...) block did not rethrow, so the goroutine cannot end; add `throw;` to it");
}

// Asked before each frame whether to stop there. At the end of the stack nothing is left to destroy.
_Unwind_Reason_Code StopAtEnd(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception* exception,
                              _Unwind_Context*, void*) {
  if ((actions & _UA_END_OF_STACK) != 0) {
    delete exception;
    runtime::getg()->goexiting = false;
    runtime::goexit1();
  }
  return _URC_NO_REASON;
}

}  // namespace

void Gosched() {
  if (Self() != nullptr) {
    runtime::gosched();
  } else {
    sched_yield();
  }
}

void Goexit() {
  runtime::g* gp = Self();
  if (gp == nullptr) runtime::sys::Fatal("gort::Goexit called on a thread that is not a goroutine");
  gp->goexiting = true;
  // On the heap: the frame we stand on is given up by the unwinding that reads it.
  auto* exception = new _Unwind_Exception{};
  exception->exception_class = kGoexitClass;
  exception->exception_cleanup = &Swallowed;
  _Unwind_ForcedUnwind(exception, &StopAtEnd, nullptr);
  runtime::sys::Fatal("gort::Goexit: the stack cannot be unwound; was some code built without unwind tables?");
}

std::uint64_t Goid() {
  const runtime::g* gp = Self();
  return gp != nullptr ? gp->goid : 0;
}

int GoMaxProcs(int n) {
  runtime::ensurestarted();
  runtime::selfg();
  const int before = runtime::gomaxprocs.load();
  if (n > runtime::kMaxProcs) n = runtime::kMaxProcs;
  if (n > 0 && n != before && !runtime::seeded) runtime::setmaxprocs(n);
  return before;
}

void LockOSThread() { runtime::lockosthread(); }
void UnlockOSThread() { runtime::unlockosthread(); }

bool internal::EnterBlocking() {
  const runtime::g* gp = Self();
  if (gp == nullptr || gp->atomicstatus.load(std::memory_order_relaxed) == runtime::kGsyscall) return false;
  runtime::entersyscall();
  return true;
}

void internal::ExitBlocking() { runtime::exitsyscall(); }

int NumGoroutine() { return runtime::gcount(); }

int NumCPU() { return runtime::ncpu != 0 ? runtime::ncpu : runtime::sys::NumCPU(); }

bool OnGoroutine() { return Self() != nullptr; }

StackBounds CurrentStack() {
  if (const runtime::g* gp = Self(); gp != nullptr) return {gp->stack.lo, gp->stack.hi};
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {0, 0};
  void* lo = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &lo, &size);
  pthread_attr_destroy(&attributes);
  const auto at = reinterpret_cast<std::uintptr_t>(lo);
  return {at, at + size};
}

}  // namespace gort

GORT_RACE_INVISIBLE_END
