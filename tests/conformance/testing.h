// What the conformance tests share: goroutines that a test can wait for, and the words of a panic. The tests act through the
// public API alone; to see that somebody waits, which no API tells, they look at a goroutine's status.
#ifndef GORT_TESTS_CONFORMANCE_TESTING_H_
#define GORT_TESTS_CONFORMANCE_TESTING_H_

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

#include "gort/gort.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sema/parked_for_test.h"

namespace gort::conformance {

using runtime::WaitReason;

// Lets others run until `condition()`.
template <class Condition>
void Await(Condition condition) {
  while (!condition()) Gosched();
}

// A goroutine that the test can wait for; its end at the latest when this object ends.
class Routine {
 public:
  explicit Routine(std::function<void()> f) {
    Go([this, f = std::move(f)] {
      struct End {
        std::atomic<bool>* ended;
        ~End() { ended->store(true, std::memory_order_release); }
      } end{&ended_};
      watched_.ThisIsMe();
      f();
    });
  }
  ~Routine() { Join(); }

  // Returns once it waits for `reason`. (Nothing but the test may wake it, or what we saw is over when this returns.)
  Routine& AwaitParked(WaitReason reason) {
    watched_.AwaitParked(reason);
    return *this;
  }
  void Join() const {
    Await([this] { return HasEnded(); });
  }
  bool HasEnded() const { return ended_.load(std::memory_order_acquire); }

 private:
  runtime::Watched watched_;
  std::atomic<bool> ended_{false};
};

// The text of the PanicError that f throws; "no panic" if it throws none.
template <class F>
std::string PanicOf(F f) {
  try {
    f();
  } catch (const PanicError& panic) {
    return panic.what();
  }
  return "no panic";
}

// One P for the scope, for what Go promises, or is known to do, only then.
class OneProc {
 public:
  OneProc() : before_(GoMaxProcs(1)) {}
  ~OneProc() { GoMaxProcs(before_); }
  OneProc(const OneProc&) = delete;
  OneProc& operator=(const OneProc&) = delete;

 private:
  const int before_;
};

// Whether the scheduler draws lots for every choice that Go leaves open, so that no order is to be expected.
inline bool IsSeeded() { return std::getenv("GORT_SCHED_SEED") != nullptr; }

// What happened, in its order: a letter or a digit each. Anybody may add.
class Log {
 public:
  void Add(char event) {
    mutex_.Lock();
    text_ += event;
    mutex_.Unlock();
  }
  std::string Text() {
    mutex_.Lock();
    std::string text = text_;
    mutex_.Unlock();
    return text;
  }
  std::size_t Size() { return Text().size(); }

 private:
  Mutex mutex_;
  std::string text_;
};

}  // namespace gort::conformance

#endif  // GORT_TESTS_CONFORMANCE_TESTING_H_
