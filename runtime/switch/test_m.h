// A thread that runs goroutines one at a time, without the scheduler: what the tests of the switch need of an M.
//
//   the test's thread --Run(gp)--> g0 --gogo--> gp ... mcall(&TestM::Park) --> g0 --> back in Run
//
// g0 is the thread's own stack, some way below Run's frame.
#ifndef GORT_RUNTIME_SWITCH_TEST_M_H_
#define GORT_RUNTIME_SWITCH_TEST_M_H_

#include <cxxabi.h>

#include <cstddef>
#include <functional>
#include <memory>

#include "gort/runtime/switch/switch.h"

namespace gort::runtime {

// Memory for a stack, with its goroutine.
class TestG {
 public:
  static constexpr std::size_t kBytes = 256 * 1024;

  // The goroutine calls f() and then leaves for good.
  explicit TestG(std::function<void()> f);
  ~TestG();

  g* get() { return &g_; }
  bool done() const { return done_; }
  bool Contains(const void* address) const {
    return address >= memory_.get() && address < memory_.get() + kBytes;
  }

 private:
  static void Entry(void* self);

  g g_{};
  std::function<void()> f_;
  bool done_ = false;
  std::unique_ptr<std::byte[]> memory_;
};

// Makes the calling thread able to run goroutines while it lives.
class TestM {
 public:
  TestM();

  // Runs `goroutine` until it parks or is done.
  void Run(TestG* goroutine);

  // On a goroutine: back to who called Run.
  static void Park();

  m* get() { return &m_; }

 private:
  static void Kick(void* self);
  static const gobuf* GoHome(g* gp, void*);

  m m_{};
  g g0_{};
  gobuf home_{};
  g* next_ = nullptr;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SWITCH_TEST_M_H_
