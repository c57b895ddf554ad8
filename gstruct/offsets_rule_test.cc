// asm_offsets against the compiler, on structs that are hard to read (offsets_test_structs.h): the .inc file while this
// file compiles, the header as an assembler took it in (offsets_rule_test.S), and the JSON as text.

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gort/gstruct/offsets_test_structs.h"
#include "gtest/gtest.h"

#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // Derived: gcc and clang both know the answer

extern "C" const std::uint64_t gort_offsets_rule_test_table[];

namespace gort::asm_offsets::testing {
namespace {

// The types under the names that the rule gives them: the last component.
namespace named {
using ::lines;
using deep::deeper::Nested;
using Part = deep::deeper::Nested::Part;
using testing::Base;
using testing::Derived;
using testing::Empty;
using testing::Guarded;
using testing::Huge;
using testing::Line;
using testing::Squeezed;
using testing::Underscored;
using testing::Wide;
using testing::WordBox;
}  // namespace named

constexpr std::uint64_t Constant(std::string_view name) {
  if (name == "most_negative") return std::uint64_t(kMostNegative);
  if (name == "most_positive") return kMostPositive;
  if (name == "most_positive_signed") return kMostPositiveSigned;
  if (name == "preempt") return kPreempt;
  if (name == "_minus_one") return std::uint64_t(kMinusOne);
  if (name == "yes") return 1;
  if (name == "no") return 0;
  if (name == "letter") return 'A';
  if (name == "low") return std::uint64_t(-128);
  if (name == "plain") return 7;
  if (name == "huge") return sizeof(Huge);
  throw "a constant that this test does not know";  // not a constant expression: the static_assert below fails
}

// 1. The .inc file, number by number.
#define GORT_STRUCT(name, size, align) \
  static_assert(sizeof(named::name) == size && alignof(named::name) == align, #name);
#define GORT_FIELD(name, field, offset, size) \
  static_assert(offsetof(named::name, field) == offset && sizeof(named::name::field) == size, #name "." #field);
#define GORT_CONST(name, value) static_assert(Constant(#name) == std::uint64_t(value), #name);
#include "gort/gstruct/offsets_rule_test_asm.inc"
#undef GORT_STRUCT
#undef GORT_FIELD
#undef GORT_CONST

// Each record of the .inc file: what it is called in the header, its number according to this compiler, and its JSON.
struct Record {
  std::string_view name;
  std::uint64_t value;
  std::string_view json;
};
constexpr Record kRecords[] = {
#define GORT_STRUCT(name, size, align) \
  {#name "__size", sizeof(named::name), "{\"name\":\"" #name "\",\"size\":" #size ",\"align\":" #align ",\"fields\":["},
#define GORT_FIELD(name, field, offset, size)      \
  {#name "_" #field, offsetof(named::name, field), \
   "{\"name\":\"" #field "\",\"offset\":" #offset ",\"size\":" #size "}"},
#define GORT_CONST(name, value) {"const_" #name, Constant(#name), "{\"name\":\"" #name "\",\"value\":"},
#include "gort/gstruct/offsets_rule_test_asm.inc"
#undef GORT_STRUCT
#undef GORT_FIELD
#undef GORT_CONST
};

// Without white space, of which the names and numbers have none.
std::string ReadJson() {
  std::ifstream file("gstruct/_asm_offsets_offsets_rule_test_asm/gort/gstruct/offsets_rule_test_asm.json");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

TEST(AsmOffsets, RecordsEverythingThatTheRuleNames) {
  std::vector<std::string_view> names;
  for (const Record& record : kRecords) names.push_back(record.name);
  EXPECT_THAT(names, ::testing::IsSupersetOf<std::string_view>({"lines__size",        "lines_used",
                                                                "Nested_value",       "Part_b",
                                                                "Underscored__x",     "Underscored_trailing_",
                                                                "Underscored__both_", "WordBox_values",
                                                                "Empty__size",        "Line_only",
                                                                "Squeezed_second",    "Derived_reference",
                                                                "Derived_inherited",  "Guarded_open_",
                                                                "Huge_after",         "Wide_f000",
                                                                "Wide_f299",          "const_most_negative",
                                                                "const__minus_one",   "const_huge"}));
  EXPECT_THAT(names, ::testing::SizeIs(13 + 24 + 300 + 11));
}

TEST(AsmOffsets, TheAssemblerReadsTheCompilersNumbers) {
  for (std::size_t i = 0; i < std::size(kRecords); ++i) {
    EXPECT_EQ(gort_offsets_rule_test_table[i], kRecords[i].value) << kRecords[i].name;
  }
}

TEST(AsmOffsets, JsonHasTheSameRecordsInTheSameOrder) {
  const std::string json = ReadJson();
  std::size_t at = 0;
  for (const Record& record : kRecords) {
    at = json.find(record.json, at);
    ASSERT_NE(at, std::string::npos) << record.json << " is missing or not behind its predecessor in " << json;
  }
}

TEST(AsmOffsets, JsonWritesConstantsAsTheyWereDeclared) {
  const std::string json = ReadJson();
  EXPECT_THAT(json, ::testing::HasSubstr("{\"name\":\"most_negative\",\"value\":-9223372036854775808}"));
  EXPECT_THAT(json, ::testing::HasSubstr("{\"name\":\"most_positive\",\"value\":18446744073709551615}"));
  EXPECT_THAT(json, ::testing::HasSubstr("{\"name\":\"low\",\"value\":-128}"));
}

TEST(AsmOffsets, JsonBracketsMatchAndCommasOnlySeparate) {
  const std::string json = ReadJson();
  std::string open;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '{' || c == '[') open.push_back(c == '{' ? '}' : ']');
    if (c == '}' || c == ']') {
      ASSERT_FALSE(open.empty()) << json.substr(0, i + 1);
      ASSERT_EQ(c, open.back()) << json.substr(0, i + 1);
      ASSERT_NE(json[i - 1], ',') << json.substr(0, i + 1);
      open.pop_back();
      // After a list or an object that is not the last one there is a comma.
      if (i + 1 < json.size()) {
        ASSERT_THAT(",]}", ::testing::HasSubstr(json.substr(i + 1, 1))) << json.substr(0, i + 2);
      }
    }
  }
  EXPECT_TRUE(open.empty()) << "not closed: " << open;
}

}  // namespace
}  // namespace gort::asm_offsets::testing
