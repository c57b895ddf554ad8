// Pool: statement E38 as far as it holds without a collector, and what that changes.

#include "gort/runtime/sync/pool.h"

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "gort/runtime/sync/test_util.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

// Counts how many live.
struct Object {
  static inline std::atomic<int> alive{0};
  Object() { alive.fetch_add(1); }
  ~Object() { alive.fetch_sub(1); }
  std::atomic<bool> used{false};
};

std::unique_ptr<Object> Make() { return std::make_unique<Object>(); }

TEST(Pool, E38_GetWithoutNewIsNull) {
  Pool<Object> pool;
  EXPECT_EQ(pool.Get(), nullptr);
}

TEST(Pool, E38_PutOfNullIsIgnored) {
  Pool<Object> pool;
  pool.Put(nullptr);
  EXPECT_EQ(pool.Get(), nullptr);
}

TEST(Pool, E38_GetMakesWhatIsNotThere) {
  Pool<Object> pool(&Make);
  EXPECT_NE(pool.Get(), nullptr);
}

TEST(Pool, E38_OwnerGetsWhatItPutLast) {
  for (;;) {
    Pool<Object> pool;
    auto a = Make(), b = Make();
    const Object* last = b.get();
    const std::size_t shard = internal::PoolShard();
    pool.Put(std::move(a));
    pool.Put(std::move(b));
    const std::unique_ptr<Object> got = pool.Get();
    // Another P in between, or another thread of the same: then it says nothing.
    if (internal::PoolShard() != shard) continue;
    EXPECT_EQ(got.get(), last);
    break;
  }
}

TEST(Pool, EveryObjectComesBackOnce) {
  Pool<Object> pool;
  std::set<Object*> put;
  for (int i = 0; i < 500; ++i) {
    auto object = Make();
    put.insert(object.get());
    pool.Put(std::move(object));
    if (i % 50 == 0) Gosched();
  }
  while (auto object = pool.Get()) EXPECT_EQ(put.erase(object.get()), 1u);
  EXPECT_TRUE(put.empty());
}

TEST(Pool, KeepsNoMoreThanItsBound) {
  Pool<Object> pool;
  for (std::size_t i = 0; i < Pool<Object>::kMaxIdle + 100; ++i) pool.Put(Make());
  EXPECT_EQ(Object::alive.load(), static_cast<int>(Pool<Object>::kMaxIdle));
}

TEST(Pool, ClearAndDestructorDestroyWhatIsIdle) {
  {
    Pool<Object> pool;
    for (int i = 0; i < 10; ++i) pool.Put(Make());
    pool.Clear();
    EXPECT_EQ(Object::alive.load(), 0);
    EXPECT_EQ(pool.Get(), nullptr);
    for (int i = 0; i < 10; ++i) pool.Put(Make());
  }
  EXPECT_EQ(Object::alive.load(), 0);
}

constinit Pool<Object> static_pool(&Make);
TEST(PoolStress, NobodyGetsWhatAnotherHas) {
  const std::uint64_t seed = TestSeed();
  RunEverywhere(10, 3, seed, [](std::mt19937_64& random) {
    for (int i = 0; i < 3000; ++i) {
      std::unique_ptr<Object> object = static_pool.Get();
      EXPECT_FALSE(object->used.exchange(true));
      if (random() % 8 == 0) Gosched();  // perhaps to another P
      object->used.store(false);
      if (random() % 16 != 0) static_pool.Put(std::move(object));
    }
  });
  EXPECT_LE(Object::alive.load(), 13);
  static_pool.Clear();
  EXPECT_EQ(Object::alive.load(), 0);
}

}  // namespace
}  // namespace gort
