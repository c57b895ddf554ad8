#include "gort/gstruct/crosscheck/cursor.h"

#include <string_view>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

using namespace std::string_view_literals;

TEST(Cursor, ReadsLittleEndianNumbersOfAnySize) {
  Cursor in("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\xff"sv);
  EXPECT_EQ(in.U8(), 0x01u);
  EXPECT_EQ(in.U16(), 0x0302u);
  EXPECT_EQ(in.Unsigned(3), 0x060504u);
  EXPECT_EQ(in.U32(), 0x0a090807u);
  EXPECT_EQ(in.U8(), 0xffu);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.at_end());
}

TEST(Cursor, FailureIsStickyAndMovesNothing) {
  Cursor in("\x01\x02"sv);
  EXPECT_EQ(in.U32(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.offset(), 0u);
  EXPECT_EQ(in.U8(), 0u) << "a read that would fit fails too, once another has failed";
}

TEST(Cursor, AStartOutsideTheBytesFailsEveryRead) {
  Cursor in("abc"sv, ~uint64_t{0});
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.U8(), 0u);
  EXPECT_TRUE(in.CString().empty());
}

TEST(Cursor, ACountThatWouldWrapAroundFails) {
  Cursor in("abc"sv, 1);
  in.Skip(~uint64_t{0});
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.offset(), 1u);
}

// The examples of DWARF 5, section 7.6, and the ends of the range.
TEST(Cursor, ReadsLeb128) {
  EXPECT_EQ(Cursor("\x7f"sv).Uleb(), 127u);
  EXPECT_EQ(Cursor("\x80\x01"sv).Uleb(), 128u);
  EXPECT_EQ(Cursor("\xe4\x62"sv).Uleb(), 12644u);
  EXPECT_EQ(Cursor("\x7f"sv).Sleb(), -1);
  EXPECT_EQ(Cursor("\x80\x7f"sv).Sleb(), -128);
  EXPECT_EQ(Cursor("\xff\x00"sv).Sleb(), 127);
  EXPECT_EQ(Cursor("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"sv).Sleb(), INT64_MIN);
  EXPECT_EQ(Cursor("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv).Uleb(), UINT64_MAX);
}

TEST(Cursor, RefusesLeb128ThatDoesNotEnd) {
  Cursor cut("\x80\x80"sv);
  cut.Uleb();
  EXPECT_FALSE(cut.ok());
  Cursor padded("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"sv);
  padded.Uleb();
  EXPECT_FALSE(padded.ok());
}

TEST(Cursor, ReadsStringsUpToTheirNul) {
  Cursor in("runtime.g\0rest"sv);
  EXPECT_EQ(in.CString(), "runtime.g");
  EXPECT_EQ(in.CString(), "");
  EXPECT_FALSE(in.ok()) << "a string without its NUL";
}

}  // namespace
}  // namespace gort::crosscheck
