// The tree of waiters against a model: a map of queues.

#include "gort/runtime/sema/sematree.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

const void* Address(std::uintptr_t n) { return reinterpret_cast<const void*>(n); }

TEST(SemaTree, EmptyTreeGivesNothing) {
  semaTree tree;
  EXPECT_EQ(tree.Pop(Address(8)), nullptr);
}

TEST(SemaTree, ServesInOrderOfArrivalAndLifoFirst) {
  semaTree tree;
  sudog s[5] = {};
  tree.Push(Address(8), &s[0], false);
  tree.Push(Address(8), &s[1], false);
  tree.Push(Address(8), &s[2], true);
  tree.Push(Address(8), &s[3], true);
  tree.Push(Address(8), &s[4], false);
  for (int i : {3, 2, 0, 1, 4}) EXPECT_EQ(tree.Pop(Address(8)), &s[i]);
  EXPECT_EQ(tree.Pop(Address(8)), nullptr);
}

TEST(SemaTree, PoppedSudogIsClean) {
  semaTree tree;
  sudog s[3] = {};
  tree.Push(Address(8), &s[0], false);
  tree.Push(Address(8), &s[1], false);
  tree.Push(Address(16), &s[2], false);
  for (int i : {0, 1}) {
    const sudog* one = tree.Pop(Address(8));
    EXPECT_EQ(one, &s[i]);
    EXPECT_EQ(one->elem.vp, nullptr);
    EXPECT_EQ(one->ticket, 0u);
    EXPECT_EQ(one->prev, nullptr);
    EXPECT_EQ(one->next, nullptr);
    EXPECT_EQ(one->waitlink, nullptr);
    EXPECT_EQ(one->waittail, nullptr);
  }
}

// Addresses as a bucket sees them: all in step.
TEST(SemaTree, IsBalancedForAddressesInStep) {
  constexpr std::size_t kMany = 20'000;
  semaTree tree;
  std::vector<sudog> s(kMany);
  for (std::size_t i = 0; i < kMany; ++i) tree.Push(Address((i + 1) * 8 * 251), &s[i], false);
  // Depth by the links; a random treap of this size is about 35 deep.
  std::size_t deepest = 0;
  std::vector<std::pair<const sudog*, std::size_t>> open;
  const sudog* root = nullptr;
  for (const sudog& one : s) {
    if (root == nullptr || one.ticket < root->ticket) root = &one;
  }
  open.emplace_back(root, 1);
  std::size_t seen = 0;
  while (!open.empty()) {
    auto [node, depth] = open.back();
    open.pop_back();
    if (node == nullptr) continue;
    ++seen;
    deepest = std::max(deepest, depth);
    open.emplace_back(node->prev, depth + 1);
    open.emplace_back(node->next, depth + 1);
  }
  EXPECT_EQ(seen, kMany);
  EXPECT_LT(deepest, 80u);
}

TEST(SemaTree, BehavesAsMapOfQueues) {
  const char* given = std::getenv("GORT_FUZZ_SEED");
  const auto seed = given != nullptr ? std::strtoul(given, nullptr, 0) : std::random_device()();
  SCOPED_TRACE(testing::Message() << "GORT_FUZZ_SEED=" << seed);
  std::mt19937_64 random(seed);
  semaTree tree;
  std::map<std::uintptr_t, std::deque<sudog*>> model;
  std::vector<std::unique_ptr<sudog>> free;
  for (int i = 0; i < 500; ++i) free.push_back(std::make_unique<sudog>());
  for (int step = 0; step < 200'000; ++step) {
    // Long enough phases of filling and of emptying that both the full and the empty tree occur.
    const bool fill = (step / 1000) % 2 == 0 ? random() % 4 != 0 : random() % 4 == 0;
    const std::uintptr_t address = (random() % 60 + 1) * 8;
    std::deque<sudog*>& queue = model[address];
    if (fill && !free.empty()) {
      sudog* s = free.back().release();
      free.pop_back();
      const bool lifo = random() % 3 == 0;
      tree.Push(Address(address), s, lifo);
      lifo ? queue.push_front(s) : queue.push_back(s);
    } else {
      sudog* s = tree.Pop(Address(address));
      ASSERT_EQ(s, queue.empty() ? nullptr : queue.front()) << "step " << step;
      if (s == nullptr) continue;
      queue.pop_front();
      free.emplace_back(s);
    }
  }
  for (auto& [address, queue] : model) {
    for (sudog* expected : queue) {
      ASSERT_EQ(tree.Pop(Address(address)), expected);
      free.emplace_back(expected);
    }
    EXPECT_EQ(tree.Pop(Address(address)), nullptr);
  }
}

}  // namespace
}  // namespace gort::runtime
