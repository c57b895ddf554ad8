#include "gort/runtime/thread/thread.h"

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/getg.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

namespace {

// The scheduler's stack of an M. Address space until it is touched; reports of a crash run on it, symbolizer included.
constexpr std::size_t kG0StackBytes = 256 * 1024;

void SetG0Bounds(g* g0) {
  pthread_attr_t attributes;
  void* lo = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &lo, &size);
    pthread_attr_destroy(&attributes);
  }
  g0->stack.lo = reinterpret_cast<std::uintptr_t>(lo);
  g0->stack.hi = g0->stack.lo + size;
}

void* ThreadMain(void* arg) {
  m* mp = static_cast<m*>(arg);
  // A cancelled thread would unwind whichever goroutine it runs.
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  SetG0Bounds(mp->g0);
  setg(mp->g0);
  mstartthread(mp);
  return nullptr;
}

// What glibc itself needs of a thread's stack: thread_local variables, above all. Source: glibc; Go asks nobody.
extern "C" [[gnu::weak]] std::size_t __pthread_get_minstack(const pthread_attr_t*) noexcept;

int NewThread(m* mp) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const std::size_t own = &__pthread_get_minstack != nullptr ? __pthread_get_minstack(&attributes) : 0;
  pthread_attr_setstacksize(&attributes, (kG0StackBytes + own + 0xffff) & ~std::size_t{0xffff});
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, &ThreadMain, mp);
  pthread_attr_destroy(&attributes);
  return error;
}

// Its value says that dropm shall run at the end of the thread. Written once by InstallThreads.
pthread_key_t attached_key;

void AtThreadEnd(void*) { dropm(); }

void ThreadAttach() { pthread_setspecific(attached_key, &attached_key); }

}  // namespace

void InstallThreads() {
  if (hooks.newthread != nullptr) return;
  if (pthread_key_create(&attached_key, &AtThreadEnd) == 0) hooks.threadattach = &ThreadAttach;
  hooks.newthread = &NewThread;
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END
