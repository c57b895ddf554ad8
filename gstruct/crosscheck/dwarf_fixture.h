// Structures of every shape that the reader of debug information must understand, for dwarf_structs_test: the test
// takes offsetof of them, and the fixture programs carry their debug information.

#ifndef GORT_GSTRUCT_CROSSCHECK_DWARF_FIXTURE_H_
#define GORT_GSTRUCT_CROSSCHECK_DWARF_FIXTURE_H_

#include <atomic>
#include <cstdint>

namespace crosscheck_fixture::inner {

enum class Colour : uint16_t { kRed };
struct Declared;  // never defined
template <typename T>
struct Pair {
  T first;
  T second;
};
struct Base {
  int64_t base_first;
  int32_t base_second;
};

struct Sample : Base {
  static constexpr int kShared = 7;
  static int shared;
  uint8_t byte;
  std::atomic<uint32_t> atomic;
  const volatile uint64_t qualified = 0;
  Declared* pointer;
  Sample& reference;
  void (*function)(int);
  Colour colour;
  uint16_t matrix[3][5];
  Pair<int16_t> pair;
  union {
    uint64_t whole;
    struct {
      uint32_t low;
      uint32_t high;
    };
  };
  union {
    char letter;
  } named_union;
  alignas(64) uint8_t aligned;
  int32_t late_tail[];
};

struct Empty {};
using Alias = Pair<char>;

struct WithAlias {
  Alias alias;
  Empty empty;
};

}  // namespace crosscheck_fixture::inner

#endif  // GORT_GSTRUCT_CROSSCHECK_DWARF_FIXTURE_H_
