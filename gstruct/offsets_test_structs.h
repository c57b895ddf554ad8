// Structs and constants on which a generator of offsets might trip; offsets_rule_test.cc compares what asm_offsets says
// of them with what the compiler says.
#ifndef GORT_GSTRUCT_OFFSETS_TEST_STRUCTS_H_
#define GORT_GSTRUCT_OFFSETS_TEST_STRUCTS_H_

#include <cstddef>
#include <cstdint>

// In no namespace, as C headers have them, and called like a word that the generator itself might use.
struct lines {
  char text[3];
  int used;
};

namespace gort::asm_offsets::testing {

namespace deep::deeper {

struct Nested {
  char c;
  std::uint64_t value;
  struct Part {
    std::uint16_t a;
    std::uint32_t b;
  };
  Part part;
};

}  // namespace deep::deeper

struct Underscored {
  int _x;  // gives Underscored__x, as Go's g._panic gives g__panic
  int trailing_;
  int _both_;
};

template <class T, int kCount>
struct Box {
  bool full;
  T values[kCount];
};
using WordBox = Box<std::uint64_t, 3>;

struct Empty {};

struct Squeezed {
  [[no_unique_address]] Empty nothing;
  char first;
  int second;
} __attribute__((packed));

struct alignas(64) Line {
  char only;
};

struct Base {
  virtual ~Base() = default;
  int inherited = 0;
};
struct Derived : Base {  // no standard layout
  explicit Derived(int& target) : either(0), reference(target), function(nullptr) {}
  union {
    int either;
    double other;
  };
  int& reference;
  int (*function)(int, int);
};

class Guarded {
 public:
  int hidden() const { return hidden_; }
  int open_ = 0;

 private:
  int hidden_ = 0;
};

struct Huge {
  char before[std::size_t{1} << 40];
  int after;
};

// 300 fields, f000 to f299.
struct Wide {
#define GORT_TEN(prefix)                                                                                           \
  std::uint16_t prefix##0, prefix##1, prefix##2, prefix##3, prefix##4, prefix##5, prefix##6, prefix##7, prefix##8, \
      prefix##9;
#define GORT_HUNDRED(prefix)                                                                          \
  GORT_TEN(prefix##0)                                                                                 \
  GORT_TEN(prefix##1) GORT_TEN(prefix##2) GORT_TEN(prefix##3) GORT_TEN(prefix##4) GORT_TEN(prefix##5) \
      GORT_TEN(prefix##6) GORT_TEN(prefix##7) GORT_TEN(prefix##8) GORT_TEN(prefix##9)
  GORT_HUNDRED(f0) GORT_HUNDRED(f1) GORT_HUNDRED(f2)
#undef GORT_HUNDRED
#undef GORT_TEN
};

inline constexpr std::int64_t kMostNegative = INT64_MIN;
inline constexpr std::uint64_t kMostPositive = UINT64_MAX;
inline constexpr std::int64_t kMostPositiveSigned = INT64_MAX;
inline constexpr std::uint64_t kPreempt = 0xfffffffffffffade;
inline constexpr int kMinusOne = -1;
inline constexpr bool kYes = true;
inline constexpr bool kNo = false;
inline constexpr char kLetter = 'A';
enum class Small : std::int8_t { kLow = -128 };
enum Plain { kPlain = 7 };
inline constexpr double kHalf = 0.5;

}  // namespace gort::asm_offsets::testing

#endif  // GORT_GSTRUCT_OFFSETS_TEST_STRUCTS_H_
