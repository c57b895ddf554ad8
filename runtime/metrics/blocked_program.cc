// Blocks threads in the ways of its argument, and prints what BlockedThreads then knows.
//
//   sleep      goroutines that sleep in the kernel without Blocking, until they are found
//   places     goroutines of one go statement that do so in two functions, until both are found, and two events more
//   blocking   the same inside Blocking
//   compute    a goroutine that computes
//   main       goroutine 1 waits for a lock of libc's

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "gort/gort.h"

namespace {

using gort::metrics::BlockedThread;
using gort::metrics::BlockedThreads;

int fds[2];  // a pipe into which nobody writes

[[gnu::noinline]] void SleepInRead() {
  char byte;
  (void)!read(fds[0], &byte, 1);
}

int others[2];  // another such pipe

[[gnu::noinline]] void SleepInOtherRead() {
  char byte;
  (void)!read(others[0], &byte, 1);
}

const char* Where(const BlockedThread& thread) {
  if (thread.stack.find("SleepInRead") != std::string::npos) return " in SleepInRead";
  if (thread.stack.find("SleepInOtherRead") != std::string::npos) return " in SleepInOtherRead";
  return thread.stack.empty() ? "" : " elsewhere";
}

bool KnownPlace(const char* where) {
  for (const BlockedThread& thread : BlockedThreads()) {
    if (std::strcmp(Where(thread), where) == 0) return true;
  }
  return false;
}

std::uint64_t Events() {
  std::uint64_t events = 0;
  for (const BlockedThread& thread : BlockedThreads()) events += thread.events;
  return events;
}

void BlockTwoMore() {
  const std::uint64_t events = Events();
  for (auto* sleep : {&SleepInRead, &SleepInOtherRead}) gort::Go([sleep] { sleep(); });
  while (Events() < events + 2) gort::Sleep(std::chrono::milliseconds(1));
}

bool Known(const char* syscall) {
  for (const BlockedThread& thread : BlockedThreads()) {
    if (thread.syscall_name == syscall) return true;
  }
  return false;
}

// Lets others run for a time in which sysmon has surely found what there is to find.
void SpendTime() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  while (std::chrono::steady_clock::now() < until) gort::Sleep(std::chrono::milliseconds(1));
}

void Compute() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  while (std::chrono::steady_clock::now() < until) {
  }
}

pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

// Held by a plain thread until main is known to wait for it.
void* HoldTheLock(void* locked) {
  pthread_mutex_lock(&held);
  (void)!write(*static_cast<int*>(locked), "x", 1);
  while (!Known("futex")) usleep(1000);
  pthread_mutex_unlock(&held);
  return nullptr;
}

void BlockMain() {
  pthread_t holder;
  int locked[2];
  (void)!pipe(locked);
  pthread_create(&holder, nullptr, &HoldTheLock, &locked[1]);
  char byte;
  gort::Blocking([&] { return read(locked[0], &byte, 1); });
  gort::Go([] {});  // a program of one goroutine has nobody who watches
  pthread_mutex_lock(&held);
  gort::Blocking([&] { return pthread_join(holder, nullptr); });
}

void PrintAll() {
  for (const BlockedThread& thread : BlockedThreads()) {
    const char* slash = std::strrchr(thread.file, '/');
    std::printf("%s %s %s events=%llu enough=%d goid=%llu%s\n", thread.function,
                slash != nullptr ? slash + 1 : thread.file, std::string(thread.syscall_name).c_str(),
                static_cast<unsigned long long>(thread.events), thread.longest >= std::chrono::milliseconds(10),
                static_cast<unsigned long long>(thread.goid), Where(thread));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* how = argc > 1 ? argv[1] : "";
  if (pipe(fds) != 0 || pipe(others) != 0) return 1;
  if (std::strcmp(how, "sleep") == 0) {
    for (int i = 0; i < 2; ++i) gort::Go([] { SleepInRead(); });
    while (Events() < 2) gort::Sleep(std::chrono::milliseconds(1));
  } else if (std::strcmp(how, "places") == 0) {
    // A thread that does not answer in time has no place: then the next ones.
    while (!KnownPlace(" in SleepInRead") || !KnownPlace(" in SleepInOtherRead")) BlockTwoMore();
    BlockTwoMore();  // they are counted when the reports of those before are out
  } else if (std::strcmp(how, "blocking") == 0) {
    gort::Go([] { gort::Blocking([] { SleepInRead(); }); });
    SpendTime();
  } else if (std::strcmp(how, "compute") == 0) {
    gort::Go([] { Compute(); });
    SpendTime();
  } else if (std::strcmp(how, "main") == 0) {
    BlockMain();
  } else {
    return 2;
  }
  PrintAll();
  std::fflush(stdout);
  _exit(0);
}
