// Dies in the way that its argument names. crash_test.sh looks at what it says and how it exits.

#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sema/parked_for_test.h"
#include "gort/runtime/switch/fiber.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/sync/once.h"
#include "gort/runtime/sync/rwmutex.h"
#include "gort/runtime/sync/waitgroup.h"

int main(int, char** argv) {
  const std::string_view how = argv[1];
  gort::Mutex mutex;
  gort::RWMutex rw;
  gort::WaitGroup group;
  gort::Once once;
  if (how == "sanitizer") {
    std::puts(GORT_FIBER_HOOKS ? "yes" : "no");
    return 0;
  }
  if (how == "mutex_unlock") mutex.Unlock();
  if (how == "mutex_unlock_twice") {
    mutex.Lock();
    mutex.Unlock();
    mutex.Unlock();
  }
  if (how == "mutex_unlock_thread") std::thread([&] { mutex.Unlock(); }).join();
  if (how == "rw_unlock") rw.Unlock();
  if (how == "rw_unlock_readlocked") {
    rw.RLock();
    rw.Unlock();
  }
  if (how == "rw_runlock") rw.RUnlock();
  if (how == "rw_runlock_locked") {
    rw.Lock();
    rw.RUnlock();
  }
  if (how == "mutex_recursive") {
    mutex.Lock();
    mutex.Lock();
  }
  if (how == "rwmutex_recursive") {
    rw.RLock();
    gort::runtime::Watched writer;
    gort::Go([&] {
      writer.ThisIsMe();
      rw.Lock();
    });
    writer.AwaitParked(gort::runtime::WaitReason::kSyncRWMutexLock);
    rw.RLock();
  }
  if (how == "once_recursive") {
    once.Do([&] { once.Do([] {}); });
  }
  if (how == "waitgroup_deadlock") {
    group.Add(1);
    group.Wait();
  }
  if (how == "waitgroup_throw") {
    group.Go([] { throw std::runtime_error("it broke"); });
    group.Wait();
    std::puts("Wait returned");
    std::fflush(stdout);
  }
  if (how == "waitgroup_negative") group.Done();
  std::fprintf(stderr, "crash_program: still alive after '%s'\n", argv[1]);
  return 99;
}
