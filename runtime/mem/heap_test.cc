#include "gort/runtime/mem/heap.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "gort/runtime/mem/mem.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

struct Block {
  unsigned char* memory;
  size_t size_bytes;
  size_t align;
  unsigned char fill;
};

// Writes every byte of a new block with a value of its own.
Block Make(size_t size_bytes, size_t align, unsigned char fill) {
  auto* memory = static_cast<unsigned char*>(heapalloc(size_bytes, align));
  EXPECT_NE(memory, nullptr) << size_bytes << " bytes at a multiple of " << align;
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % align, 0u) << size_bytes << " bytes at a multiple of " << align;
  memset(memory, fill, size_bytes);
  return {memory, size_bytes, align, fill};
}

void CheckAndFree(const Block& block) {
  for (size_t i = 0; i < block.size_bytes; ++i) {
    ASSERT_EQ(block.memory[i], block.fill) << "byte " << i << " of " << block.size_bytes << " was overwritten";
  }
  heapfree(block.memory, block.size_bytes, block.align);
}

// Goal: blocks do not overlap and keep what was written. Method: random sizes, alignments and lifetimes.
void AllocateAndFreeAtRandom(unsigned seed, int steps) {
  std::mt19937 random(seed);
  std::vector<Block> live;
  for (int i = 0; i < steps; ++i) {
    if (live.empty() || random() % 2 == 0) {
      const size_t size_bytes = 1 + random() % (random() % 50 == 0 ? 100'000 : 600);
      live.push_back(Make(size_bytes, size_t{1} << random() % (random() % 50 == 0 ? 17 : 8), random() & 0xff));
    } else {
      std::swap(live[random() % live.size()], live.back());
      CheckAndFree(live.back());
      live.pop_back();
    }
  }
  for (const Block& block : live) CheckAndFree(block);
}

TEST(Heap, BlocksAreAlignedAndDoNotOverlap) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  AllocateAndFreeAtRandom(seed, 20'000);
}

TEST(Heap, AnyThreadMayAllocateAndFree) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back([=] { AllocateAndFreeAtRandom(seed + i, 5'000); });
  for (std::thread& thread : threads) thread.join();
}

TEST(Heap, AFreedBlockIsTheNextOfItsClass) {
  void* first = heapalloc(100, 8);
  heapfree(first, 100, 8);
  void* second = heapalloc(128, 16);
  EXPECT_EQ(second, first);
  heapfree(second, 128, 16);
}

TEST(Heap, BlocksOfAPageAreAllDifferent) {
  std::set<void*> blocks;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(blocks.insert(heapalloc(16, 16)).second);
  for (void* block : blocks) heapfree(block, 16, 16);
}

TEST(Heap, AbsurdSizesGiveNull) {
  EXPECT_EQ(heapalloc(SIZE_MAX, 1), nullptr);
  EXPECT_EQ(heapalloc(SIZE_MAX - 4000, 16), nullptr);
  EXPECT_EQ(heapalloc(size_t{1} << 47, size_t{1} << 46), nullptr);
}

TEST(Heap, NullCanBeFreed) { heapfree(nullptr, 10, 1); }

TEST(Mem, IsLibcsWhereThereIsOne) {
  for (size_t align : {1, 16, 64, 4096, 65536}) {
    void* memory = memalloc(100, align);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % align, 0u);
    memset(memory, 1, 100);
    if (align <= 16) {
      // Only what came from malloc may go to realloc; sanitizers and libc's own checks stop at anything else.
      memory = realloc(memory, 200);
    }
    memfree(memory, 100, align);
  }
  memfree(nullptr, 1, 1);
}

TEST(Mem, SumsThatOverflowGiveNull) { EXPECT_EQ(memalloc(SIZE_MAX - 10, 64), nullptr); }

}  // namespace
}  // namespace gort::runtime
