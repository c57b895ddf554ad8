// The heap of timers against a model: whatever is done to it, the first entry is the earliest, every timer knows its
// place, and minWhen says what the first entry says.

#include "gort/runtime/timer/heap.h"

#include <cstdint>
#include <cstdio>
#include <deque>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "gort/runtime/timer/timer.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

struct Heap : timers {
  Heap() : timers{} {}
  ~Heap() {
    len = 0;
    timerheapfree(this);
  }
};

void Init(timer* t, std::int64_t when, std::uint32_t rand = 0) {
  t->index = kNotInHeap;
  t->when = when;
  t->rand = rand;
}

void ExpectConsistent(const timers& ts) {
  ASSERT_EQ(ts.minWhen.load(), ts.len != 0 ? ts.heap[0].when : 0);
  for (std::uint32_t i = 0; i < ts.len; ++i) {
    ASSERT_EQ(ts.heap[i].timer->index, i);
    ASSERT_EQ(ts.heap[i].timer->when, ts.heap[i].when);
    if (i > 0) {
      ASSERT_LE(ts.heap[(i - 1) / 4].when, ts.heap[i].when);
    }
  }
}

timer* PopFirst(timers* ts) {
  timer* t = ts->heap[0].timer;
  timerheapremove(ts, t);
  return t;
}

TEST(TimerHeap, EmptyHasNoFirst) {
  Heap ts;
  EXPECT_EQ(ts.minWhen.load(), 0);
  timer t;
  Init(&t, 5);
  timerheapadd(&ts, &t);
  EXPECT_EQ(ts.minWhen.load(), 5);
  timerheapremove(&ts, &t);
  EXPECT_EQ(ts.minWhen.load(), 0);
  EXPECT_EQ(t.index, kNotInHeap);
}

TEST(TimerHeap, EveryPlaceCanBeTakenOut) {
  for (std::uint32_t out = 0; out < 40; ++out) {
    Heap ts;
    std::deque<timer> all(40);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      Init(&all[i], 1 + (i * 7) % 40);
      timerheapadd(&ts, &all[i]);
    }
    timerheapremove(&ts, &all[out]);
    ExpectConsistent(ts);
    EXPECT_EQ(ts.len, all.size() - 1);
  }
}

TEST(TimerHeap, ChildrenShareACacheLine) {
  Heap ts;
  timer t;
  Init(&t, 1);
  timerheapadd(&ts, &t);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&ts.heap[1]) % 64, 0u);
}

TEST(TimerHeap, OfTheSameTimeTheLowerNumberGoesFirst) {
  Heap ts;
  std::deque<timer> all(100);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    Init(&all[i], 7, (i * 37) % 100);
    timerheapadd(&ts, &all[i]);
  }
  for (std::uint32_t i = 0; i < all.size(); ++i) EXPECT_EQ(PopFirst(&ts)->rand, i);
}

TEST(TimerHeap, BurstLeavesLittleMemory) {
  Heap ts;
  std::deque<timer> all(100'000);
  for (timer& t : all) {
    Init(&t, 1);
    timerheapadd(&ts, &t);
  }
  for (timer& t : all) timerheapremove(&ts, &t);
  EXPECT_LE(ts.cap, 61u);
}

// Random additions, removals and changes beside a sorted set, with few different times, so that ties are common.
TEST(TimerHeap, AgreesWithASortedSet) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  for (const std::int64_t times : {5, 1'000, 1'000'000'000}) {
    std::minstd_rand random(seed);
    Heap ts;
    std::deque<timer> all(3'000);
    std::vector<timer*> out;
    std::vector<timer*> in;
    std::set<std::pair<std::int64_t, std::uint32_t>> model;  // rand is unique here
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      Init(&all[i], 0, i);
      out.push_back(&all[i]);
    }
    const auto pick = [&random](std::vector<timer*>* from) {
      std::swap((*from)[random() % from->size()], from->back());
      timer* t = from->back();
      from->pop_back();
      return t;
    };
    for (int step = 0; step < 30'000; ++step) {
      // Waves: mostly additions for a while, then mostly removals.
      const bool grow = step / 5'000 % 2 == 0;
      const unsigned what = random() % 10;
      if (what < 2 && !in.empty()) {
        timer* t = in[random() % in.size()];
        model.erase({t->when, t->rand});
        t->when = 1 + random() % times;
        model.insert({t->when, t->rand});
        timerheapupdate(&ts, t);
      } else if ((what < 7) == grow && !out.empty()) {
        timer* t = pick(&out);
        t->when = 1 + random() % times;
        model.insert({t->when, t->rand});
        timerheapadd(&ts, t);
        in.push_back(t);
      } else if (!in.empty()) {
        timer* t = pick(&in);
        model.erase({t->when, t->rand});
        timerheapremove(&ts, t);
        out.push_back(t);
      }
      ASSERT_EQ(ts.len, model.size());
      ASSERT_EQ(ts.minWhen.load(), model.empty() ? 0 : model.begin()->first);
      if (step % 1'000 == 0) ExpectConsistent(ts);
    }
    while (!model.empty()) {
      timer* t = PopFirst(&ts);
      ASSERT_EQ(std::make_pair(t->when, t->rand), *model.begin());
      model.erase(model.begin());
    }
  }
}

}  // namespace
}  // namespace gort::runtime
