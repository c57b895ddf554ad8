// What the tests of channels and select need: to wait until goroutines wait, and to count what happens to values.
#ifndef GORT_RUNTIME_CHANNEL_CHAN_TESTING_H_
#define GORT_RUNTIME_CHANNEL_CHAN_TESTING_H_

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <utility>

#include "gort/gstruct/g.h"
#include "gort/gstruct/hchan.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/sudog.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/panic/panic.h"

namespace gort::testing {

// How many wait to receive from, or to send to, `ch`.
template <class Channel>
int CountWaiters(const Channel& ch, runtime::waitq runtime::hchan::*queue) {
  runtime::hchan* c = ch.hchan();
  int n = 0;
  runtime::lock(&c->lock);
  for (runtime::sudog* sg = (c->*queue).first; sg != nullptr; sg = sg->next) ++n;
  runtime::unlock(&c->lock);
  return n;
}
template <class Channel>
int Receivers(const Channel& ch) {
  return CountWaiters(ch, &runtime::hchan::recvq);
}
template <class Channel>
int Senders(const Channel& ch) {
  return CountWaiters(ch, &runtime::hchan::sendq);
}

// Lets others run until `condition()`.
template <class Condition>
void Await(Condition condition) {
  while (!condition()) Gosched();
}

// Waits until gp, which will wait for nothing but `reason`, does so.
inline void AwaitWaiting(const runtime::g* gp, runtime::WaitReason reason) {
  Await([=] {
    return gp->atomicstatus.load(std::memory_order_acquire) == runtime::kGwaiting && gp->waitreason == reason;
  });
}

// The text of the PanicError that f throws, or "no panic".
template <class F>
std::string PanicOf(F f) {
  try {
    f();
  } catch (const PanicError& panic) {
    return panic.what();
  }
  return "no panic";
}

// A seed for a stress test: GORT_TEST_SEED, or a new one. It is printed.
inline std::uint32_t Seed() {
  const char* given = std::getenv("GORT_TEST_SEED");
  const std::uint32_t seed = given != nullptr ? std::strtoul(given, nullptr, 0) : std::random_device{}();
  std::cout << "seed: GORT_TEST_SEED=" << seed << std::endl;
  return seed;
}

// A value that counts its instances and how often it moved. Move-only, without a default constructor.
class Tracked {
 public:
  explicit Tracked(int value) : value_(value) { ++alive; }
  Tracked(Tracked&& other) noexcept : value_(std::exchange(other.value_, -1)), moves_(other.moves_ + 1) { ++alive; }
  Tracked& operator=(Tracked&& other) noexcept {
    value_ = std::exchange(other.value_, -1);
    moves_ = other.moves_ + 1;
    return *this;
  }
  ~Tracked() { --alive; }

  int value() const { return value_; }  // -1: moved from
  int moves() const { return moves_; }

  static inline std::atomic<std::int64_t> alive{0};

 private:
  int value_;
  int moves_ = 0;
};

}  // namespace gort::testing

#endif  // GORT_RUNTIME_CHANNEL_CHAN_TESTING_H_
