// Map: statement E39, and what C++ adds.

#include "gort/runtime/sync/map.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "gort/runtime/sync/test_util.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

TEST(Map, E39_LoadStoreDelete) {
  Map<std::string, int> map;
  EXPECT_EQ(map.Load("a"), std::nullopt);
  map.Store("a", 1);
  map.Store("a", 2);
  EXPECT_EQ(map.Load("a"), 2);
  map.Delete("a");
  map.Delete("a");
  EXPECT_EQ(map.Load("a"), std::nullopt);
}

TEST(Map, E39_LoadOrStore) {
  Map<std::string, int> map;
  EXPECT_EQ(map.LoadOrStore("a", 1), std::pair(1, false));
  EXPECT_EQ(map.LoadOrStore("a", 2), std::pair(1, true));
}

TEST(Map, E39_LoadAndDelete) {
  Map<std::string, int> map;
  map.Store("a", 1);
  EXPECT_EQ(map.LoadAndDelete("a"), 1);
  EXPECT_EQ(map.LoadAndDelete("a"), std::nullopt);
}

TEST(Map, E39_Swap) {
  Map<std::string, int> map;
  EXPECT_EQ(map.Swap("a", 1), std::nullopt);
  EXPECT_EQ(map.Swap("a", 2), 1);
  EXPECT_EQ(map.Load("a"), 2);
}

TEST(Map, E39_CompareAndSwapAndDelete) {
  Map<std::string, int> map;
  EXPECT_FALSE(map.CompareAndSwap("a", 0, 1));
  EXPECT_FALSE(map.CompareAndDelete("a", 0));
  map.Store("a", 1);
  EXPECT_FALSE(map.CompareAndSwap("a", 2, 3));
  EXPECT_TRUE(map.CompareAndSwap("a", 1, 3));
  EXPECT_FALSE(map.CompareAndDelete("a", 1));
  EXPECT_TRUE(map.CompareAndDelete("a", 3));
  EXPECT_EQ(map.Load("a"), std::nullopt);
}

TEST(Map, E39_RangeSeesEachKeyOnce) {
  Map<int, int> map;
  for (int i = 0; i < 1000; ++i) map.Store(i, -i);
  std::map<int, int> seen;
  map.Range([&](int key, int value) { return seen.emplace(key, value).second; });
  EXPECT_EQ(seen.size(), 1000u);
  for (auto [key, value] : seen) EXPECT_EQ(value, -key);
}

TEST(Map, E39_RangeEndsWhenItsFunctionSaysSo) {
  Map<int, int> map;
  for (int i = 0; i < 100; ++i) map.Store(i, i);
  int calls = 0;
  map.Range([&](int, int) { return ++calls < 10; });
  EXPECT_EQ(calls, 10);
}

TEST(Map, E39_RangeMayUseTheMap) {
  Map<int, int> map;
  for (int i = 0; i < 1000; ++i) map.Store(i, i);
  std::set<int> seen;
  map.Range([&](int key, int value) {
    EXPECT_TRUE(seen.insert(key).second);
    map.Delete(key);
    map.Store(key, value + 1);
    map.Store(key + 1000, value);
    return true;
  });
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.contains(i));
    EXPECT_EQ(map.Load(i), i + 1);
  }
}

TEST(Map, E39_Clear) {
  Map<int, int> map;
  for (int i = 0; i < 1000; ++i) map.Store(i, i);
  map.Clear();
  map.Range([](int, int) {
    ADD_FAILURE();
    return true;
  });
  map.Store(1, 1);
  EXPECT_EQ(map.Load(1), 1);
}

// A value whose destructor uses the map would wait for ever if the map destroyed it under a lock.
TEST(Map, DestroysValuesWithNothingLocked) {
  struct Value {
    explicit Value(Map<int, std::shared_ptr<Value>>* m) : map(m) {}
    ~Value() { map->Delete(7); }
    Map<int, std::shared_ptr<Value>>* map;
  };
  Map<int, std::shared_ptr<Value>> map;
  auto make = [&] { return std::make_shared<Value>(&map); };
  for (int round = 0; round < 100; ++round) {  // whatever the shards
    map.Store(round, make());
    map.Store(round, make());
    map.CompareAndSwap(round, *map.Load(round), make());
    map.Swap(round, make());
    map.CompareAndDelete(round, *map.Load(round));
    map.Store(round, make());
    map.Delete(round);
    map.Store(round, make());
    map.LoadAndDelete(round);
    map.Store(round, make());
  }
  map.Clear();
}

TEST(MapStress, E39_ConcurrentUseKeepsItsPromises) {
  const std::uint64_t seed = TestSeed();
  Map<int, std::int64_t> map;
  std::atomic<std::int64_t> stored{0};  // 1 added to some key
  RunEverywhere(8, 2, seed, [&](std::mt19937_64& random) {
    for (int i = 0; i < 3000; ++i) {
      const int key = static_cast<int>(random() % 50);
      // A counter per key, by compare-and-swap: no addition may be lost.
      for (;;) {
        auto [value, loaded] = map.LoadOrStore(key, 1);
        if (!loaded || map.CompareAndSwap(key, value, value + 1)) break;
      }
      stored.fetch_add(1);
      // What is taken out is taken off by one only.
      if (random() % 8 == 0) {
        if (auto value = map.LoadAndDelete(key)) stored.fetch_sub(*value);
      }
      if (random() % 256 == 0) {
        std::set<int> seen;
        map.Range([&](int k, std::int64_t value) {
          EXPECT_GT(value, 0);
          EXPECT_TRUE(seen.insert(k).second);
          return true;
        });
      }
    }
  });
  std::int64_t sum = 0;
  map.Range([&](int, std::int64_t value) {
    sum += value;
    return true;
  });
  EXPECT_EQ(sum, stored.load());
}

}  // namespace
}  // namespace gort
