#include "gort/runtime/debug/threadstop.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "gort/gstruct/m.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/ucontext.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/taskfile.h"
#include "gort/runtime/sys/textwriter.h"

namespace gort::runtime {

namespace {

constexpr int kSignal = SIGURG;
constexpr std::size_t kMostThreads = 20'000;  // twice as many as gort makes
constexpr std::int64_t kPatienceNs = 2'000'000'000;
constexpr std::int64_t kAskAgainNs = 100'000;

// Never unmapped: a thread that blocks our signal may get it long after we have given up. Only touched pages cost.
// Guard: one stops at a time, under the world's lock.
constinit StoppedThread threads[kMostThreads]{};

// The number of the stop under way or, between two, of the next one: handlers of a stop sleep while it is theirs.
constinit std::atomic<std::uint32_t> round{0};

struct sigaction before {};

const std::uint32_t* FutexOf(const std::atomic<std::uint32_t>* word) { return reinterpret_cast<const std::uint32_t*>(word); }

// The record that a signal carries, or null: it is not ours, or too late.
StoppedThread* RecordOf(const siginfo_t* info) {
  if (info->si_code != SI_QUEUE || info->si_pid != getpid()) return nullptr;
  auto* record = static_cast<StoppedThread*>(info->si_value.sival_ptr);
  if (record < threads || record >= threads + kMostThreads || record->round.load(std::memory_order_acquire) != round.load(std::memory_order_acquire) ||
      record->tid != sys::Gettid()) {
    return nullptr;
  }
  return record;
}

bool IsOurs(const siginfo_t* info) {
  const auto* record = static_cast<const StoppedThread*>(info->si_value.sival_ptr);
  return info->si_code == SI_QUEUE && info->si_pid == getpid() && record >= threads && record < threads + kMostThreads;
}

// Runs on: the interrupted thread's signal stack, or its stack. Raw system calls only: errno is not ours.
void OnSignal(int sig, siginfo_t* info, void* context) {
  StoppedThread* record = RecordOf(info);
  if (record == nullptr) {
    if (IsOurs(info) || before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) return;
    if ((before.sa_flags & SA_SIGINFO) != 0) {
      before.sa_sigaction(sig, info, context);
    } else {
      before.sa_handler(sig);
    }
    return;
  }
  const std::uint32_t mine = record->round.load(std::memory_order_relaxed);
  // A second signal of the same stop, sent because the first seemed lost, finds us stopped already.
  if (record->state.load(std::memory_order_relaxed) != StoppedThread::kAsked) return;
  record->frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  record->sp = SpOf(static_cast<const Ucontext*>(context));
  // Release: the two ends above, and everything this thread has written before; pairs with WaitForAll's acquire.
  record->state.store(StoppedThread::kStopped, std::memory_order_release);
  sys::FutexWake(FutexOf(&record->state), 1);
  while (round.load(std::memory_order_acquire) == mine) sys::FutexWait(FutexOf(&round), mine, -1);
}

void InstallHandler() {
  static constinit bool installed = false;
  if (installed) return;
  struct sigaction action = {};
  action.sa_sigaction = &OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(kSignal, &action, &before);
  installed = true;
}

void Ask(StoppedThread* record) {
  siginfo_t info = {};
  info.si_signo = kSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_ptr = record;
  syscall(SYS_rt_tgsigqueueinfo, getpid(), record->tid, kSignal, &info);
}

enum class TaskState { kGone, kZombie, kBlocksSignal, kReachable };

TaskState StateOf(int tid) {
  char text[4096];
  sys::ReadTaskFile(static_cast<std::uint64_t>(tid), "status", text, sizeof(text));
  if (text[0] == '\0') return TaskState::kGone;
  const char* state = strstr(text, "\nState:\t");
  if (state != nullptr && (state[8] == 'Z' || state[8] == 'X')) return TaskState::kZombie;
  const char* blocked = strstr(text, "\nSigBlk:\t");
  const bool blocks = blocked != nullptr && (strtoull(blocked + 9, nullptr, 16) & sys::SigBit(kSignal)) != 0;
  return blocks ? TaskState::kBlocksSignal : TaskState::kReachable;
}

// Why a thread in that state has not stopped: the end of a sentence.
const char* WhyNot(TaskState state) {
  if (state == TaskState::kBlocksSignal) return " blocks SIGURG, the signal that stops threads; unblock it there";
  struct sigaction now = {};
  sigaction(kSignal, nullptr, &now);
  if (now.sa_sigaction != &OnSignal) {
    return " did not stop: SIGURG, the signal for that, has got another handler meanwhile; let it call the one that it replaced";
  }
  return " did not stop within 2 s; it may be in a system call that cannot be interrupted";
}

// Whether `tid` is an M that runs nothing and has no P: with the world stopped it cannot get one.
bool IsIdleM(int tid) {
  for (const m* mp = allm.load(std::memory_order_acquire); mp != nullptr; mp = mp->alllink) {
    if (mp->procid == static_cast<std::uint64_t>(tid) && mp->curg == nullptr && mp->p == nullptr) return true;
  }
  return false;
}

// How many threads the process has, by the kernel's count.
std::size_t CountThreads() {
  char text[4096];
  sys::ReadTaskFile(static_cast<std::uint64_t>(sys::Gettid()), "status", text, sizeof(text));
  const char* count = strstr(text, "\nThreads:\t");
  return count != nullptr ? strtoul(count + 10, nullptr, 10) : 0;
}

// What getdents64 fills in. Source: Linux uapi linux_dirent64.
struct Entry {
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t size;
  std::uint8_t type;
  char name[1];
};

}  // namespace

ThreadStop::~ThreadStop() {
  // Release: what we have read comes before what they do next.
  round.fetch_add(1, std::memory_order_release);
  sys::FutexWake(FutexOf(&round), INT32_MAX);
}

bool ThreadStop::Fail(int tid, const char* why) {
  sys::TextWriter error(error_, sizeof(error_));
  error.out().Str("thread ").Dec(tid).Str(why);
  error.Finish();
  return false;
}

const StoppedThread* ThreadStop::Find(std::uint64_t tid) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const bool stopped = threads[i].state.load(std::memory_order_relaxed) == StoppedThread::kStopped;
    if (stopped && static_cast<std::uint64_t>(threads[i].tid) == tid) return &threads[i];
  }
  return nullptr;
}

// Asks every thread that is listed and was not asked yet.
bool ThreadStop::AskNewThreads() {
  const long fd = sys::Open("/proc/self/task", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (fd < 0) return Fail(sys::Gettid(), " cannot read /proc/self/task, where the threads to stop are listed; mount /proc");
  alignas(Entry) char buffer[4096];
  const std::size_t known = count_;
  const int self = sys::Gettid();
  bool fits = true;
  for (long n; (n = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0;) {
    for (long at = 0; at < n; at += reinterpret_cast<const Entry*>(buffer + at)->size) {
      const int tid = atoi(reinterpret_cast<const Entry*>(buffer + at)->name);
      bool seen = tid == 0 || tid == self;
      for (std::size_t i = 0; i < known && !seen; ++i) seen = threads[i].tid == tid;
      if (seen) continue;
      fits = count_ < kMostThreads;
      if (!fits) break;
      StoppedThread* record = &threads[count_++];
      record->state.store(StoppedThread::kAsked, std::memory_order_relaxed);
      record->tid = tid;
      // Release: a signal of an earlier stop that comes only now, to the thread whose record this was, finds either the old round or
      // the new tid; pairs with the acquire in RecordOf.
      record->round.store(round.load(std::memory_order_relaxed), std::memory_order_release);
      Ask(record);
    }
  }
  sys::Close(static_cast<int>(fd));
  return fits || Fail(self, " found more than 20000 threads, which is the most that can be stopped");
}

// Until each has stopped, or need not.
bool ThreadStop::WaitForAll(std::int64_t deadline_ns) {
  skipped_ = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    StoppedThread* record = &threads[i];
    // Acquire: what the thread did before it stopped.
    while (record->state.load(std::memory_order_acquire) == StoppedThread::kAsked) {
      sys::FutexWait(FutexOf(&record->state), StoppedThread::kAsked, kAskAgainNs);
      if (record->state.load(std::memory_order_acquire) != StoppedThread::kAsked) break;
      const TaskState state = StateOf(record->tid);
      if (state == TaskState::kGone) {
        record->state.store(StoppedThread::kEnded, std::memory_order_relaxed);
      } else if (state == TaskState::kZombie || (state == TaskState::kBlocksSignal && IsIdleM(record->tid))) {
        ++skipped_;
        break;
      } else if (sys::Nanotime() > deadline_ns) {
        return Fail(record->tid, WhyNot(state));
      } else {
        Ask(record);  // the first signal is lost if somebody else's was pending
      }
    }
  }
  return true;
}

bool ThreadStop::Stop() {
  InstallHandler();
  const std::int64_t deadline_ns = sys::Nanotime() + kPatienceNs;
  // Until all that the kernel counts have been asked: those who still run may make more, and a listing may end early when a
  // thread in it ends.
  for (;;) {
    if (!AskNewThreads() || !WaitForAll(deadline_ns)) return false;
    std::size_t accounted = 1 + skipped_;
    for (std::size_t i = 0; i < count_; ++i) {
      if (threads[i].state.load(std::memory_order_relaxed) == StoppedThread::kStopped) ++accounted;
    }
    if (accounted >= CountThreads()) return true;
    if (sys::Nanotime() > deadline_ns) return Fail(sys::Gettid(), " found threads that /proc/self/task does not list; try again");
  }
}

}  // namespace gort::runtime
