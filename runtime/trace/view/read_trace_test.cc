#include "gort/runtime/trace/view/read_trace.h"

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gort::trace::view {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHead =
    R"({"displayTimeUnit":"ns","otherData":{"gort_trace":1,"gomaxprocs":2,"dropped":3,"program":"p"},"traceEvents":[)";

std::string File(std::string_view events) { return absl::StrCat(kHead, "\n", events, "\n]}"); }

Trace Good(std::string_view events) {
  absl::StatusOr<Trace> trace = ReadTrace(File(events));
  EXPECT_TRUE(trace.ok()) << trace.status();
  return trace.ok() ? *std::move(trace) : Trace();
}

std::string ErrorOf(std::string_view text) { return std::string(ReadTrace(text).status().message()); }

constexpr std::string_view kOnP =
    R"({"ph":"X","pid":1,"tid":0,"ts":12.345,"dur":3.210,"name":"G7 w","cat":"run","args":{"g":7,"end":"park","reason":"chan receive","m":3}})";

TEST(ReadTrace, KeepsWhatASliceOfAPSays) {
  const Trace trace = Good(kOnP);
  EXPECT_EQ(trace.program, "p");
  EXPECT_EQ(trace.gomaxprocs, 2);
  EXPECT_EQ(trace.dropped, 3);
  EXPECT_EQ(trace.duration, 15555);
  ASSERT_EQ(trace.ps.size(), 1u);
  const Slice& slice = trace.ps[0].slices.at(0);
  EXPECT_EQ(slice.start, 12345);
  EXPECT_EQ(slice.dur, 3210);
  EXPECT_EQ(slice.g, 7);
  EXPECT_EQ(slice.m, 3);
  EXPECT_EQ(slice.kind, static_cast<uint8_t>(End::kPark));
  EXPECT_EQ(trace.strings.all()[slice.text], "chan receive");
}

TEST(ReadTrace, SortsSlicesByTimeAndTracksByNumber) {
  const Trace trace = Good(
      R"({"ph":"X","pid":2,"tid":9,"ts":5,"dur":2,"name":"select","cat":"waiting","args":{"g":9,"reason":"select","by":4}},
         {"ph":"X","pid":2,"tid":9,"ts":1,"dur":4,"name":"running","cat":"running","args":{"g":9,"reason":"","by":0}},
         {"ph":"X","pid":2,"tid":4,"ts":0,"dur":1,"name":"runnable","cat":"runnable","args":{"g":4,"reason":"","by":0}})");
  ASSERT_EQ(trace.goroutines.size(), 2u);
  EXPECT_EQ(trace.goroutines[0].id, 4);
  const Track& nine = trace.goroutines[1];
  ASSERT_EQ(nine.slices.size(), 2u);
  EXPECT_EQ(nine.slices[0].kind, static_cast<uint8_t>(State::kRunning));
  EXPECT_EQ(nine.slices[1].kind, static_cast<uint8_t>(State::kWaiting));
  EXPECT_EQ(nine.slices[1].g, 4);
}

TEST(ReadTrace, MetadataMayComeBeforeOrAfterTheSlices) {
  const Trace trace = Good(
      R"({"ph":"M","pid":2,"tid":7,"name":"gort_goroutine","args":{"g":7,"name":"w","created":"a.cc:3","function":"F","parent":1}},
         {"ph":"M","pid":2,"tid":7,"name":"thread_name","args":{"name":"G7 w"}},
         {"ph":"M","pid":2,"name":"process_name","args":{"name":"Goroutines"}})");
  ASSERT_EQ(trace.goroutines.size(), 1u);
  EXPECT_EQ(trace.strings.all()[trace.goroutines[0].name], "G7 w");
  EXPECT_EQ(trace.strings.all()[trace.goroutines[0].created], "a.cc:3");
  EXPECT_EQ(trace.strings.all()[trace.goroutines[0].function], "F");
  EXPECT_EQ(trace.goroutines[0].parent, 1);
}

TEST(ReadTrace, RegionsReachToTheEdgeIfTheirOtherEndIsMissing) {
  const Trace trace = Good(
      R"({"ph":"b","pid":2,"tid":7,"ts":1,"name":"whole","cat":"region","id":1,"args":{"g":7,"task":5}},
         {"ph":"b","pid":2,"tid":7,"ts":4,"name":"open","cat":"region","id":2,"args":{"g":7}},
         {"ph":"e","pid":2,"tid":7,"ts":3,"name":"whole","cat":"region","id":1},
         {"ph":"e","pid":2,"tid":7,"ts":2,"name":"early","cat":"region","id":3},
         {"ph":"b","pid":2,"tid":7,"ts":9,"name":"job","cat":"task","id":1,"args":{"g":7,"parent":0}})");
  ASSERT_EQ(trace.regions.size(), 3u);
  EXPECT_EQ(trace.regions[0].end(), 2000);  // early
  EXPECT_EQ(trace.regions[1].start, 1000);  // whole
  EXPECT_EQ(trace.regions[1].dur, 2000);
  EXPECT_EQ(trace.regions[1].task, 5);
  EXPECT_EQ(trace.regions[2].end(), 9000);  // open, up to the last event
  ASSERT_EQ(trace.tasks.size(), 1u);
  EXPECT_EQ(trace.tasks[0].task, 1);
}

TEST(ReadTrace, InstantsKeepTheirArgumentsAsText) {
  const Trace trace =
      Good(R"({"ph":"i","s":"t","pid":1,"tid":0,"ts":1,"name":"steal","cat":"steal","args":{"n":3,"victim":1}})");
  ASSERT_EQ(trace.instants.size(), 1u);
  EXPECT_EQ(trace.strings.all()[trace.instants[0].text], "n 3, victim 1");
}

TEST(ReadTrace, ATraceWithoutEventsIsATrace) { EXPECT_EQ(Good("").duration, 0); }

TEST(ReadTrace, WhatCannotBeSeenGetsASign) {
  Strings strings;
  EXPECT_EQ(strings.all()[strings.Add("a\n\x01\x7F")], "a\xE2\x90\x8A\xE2\x90\x81\xE2\x90\xA1");
  EXPECT_EQ(strings.all()[strings.Add("\xE2\x80\xAE"
                                      "abc\xE2\x81\xA6")],
            "\xEF\xBF\xBD"
            "abc\xEF\xBF\xBD");
  EXPECT_EQ(strings.Add("a\n\x01\x7F"), 1u);
}

TEST(ReadTrace, RefusesWhatIsNoTrace) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("empty"));
  EXPECT_THAT(ErrorOf(" \n"), HasSubstr("empty"));
  EXPECT_THAT(ErrorOf("\x7F"
                      "ELF"),
              HasSubstr("does not begin with '{'"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("no gort_trace"));
  EXPECT_THAT(ErrorOf(R"({"traceEvents":[]})"), HasSubstr("no gort_trace"));
  EXPECT_THAT(ErrorOf(R"({"otherData":{"gort_trace":1}})"), HasSubstr("no traceEvents"));
  EXPECT_THAT(ErrorOf(R"({"otherData":{"gort_trace":2},"traceEvents":[]})"), HasSubstr("has version 2 of the format"));
  EXPECT_THAT(ErrorOf(File("") + "{}"), HasSubstr("something follows"));
}

TEST(ReadTrace, EveryTruncationIsRefused) {
  const std::string text = File(kOnP);
  for (size_t n = 0; n < text.size(); n++) EXPECT_FALSE(ReadTrace(std::string_view(text).substr(0, n)).ok()) << n;
}

TEST(ReadTrace, EventsMustHaveWhatTheirKindNeeds) {
  const auto error = [](std::string_view event) { return ErrorOf(File(event)); };
  EXPECT_THAT(error("{}"), HasSubstr("line 2 (byte 111): an event has no ph"));
  EXPECT_THAT(error(R"({"ph":"Q","ts":1,"pid":1})"), HasSubstr("unknown ph \"Q\""));
  EXPECT_THAT(error(R"({"ph":"X","pid":1})"), HasSubstr("has no ts"));
  EXPECT_THAT(error(R"({"ph":"X","pid":1,"ts":1})"), HasSubstr("has no dur"));
  EXPECT_THAT(error(R"({"ph":"X","pid":1,"ts":1,"dur":1,"tid":0})"), HasSubstr("has no args.g"));
  EXPECT_THAT(error(R"({"ph":"X","pid":1,"ts":1,"dur":1,"tid":0,"args":{"g":1,"end":"x"}})"),
              HasSubstr("has no args.end that is known"));
  EXPECT_THAT(error(R"({"ph":"X","pid":2,"ts":1,"dur":1,"tid":0,"cat":"x","args":{"g":1}})"),
              HasSubstr("has no cat that is a state"));
  EXPECT_THAT(error(R"({"ph":"X","pid":9,"ts":1,"dur":1,"tid":0,"cat":"running","args":{"g":1}})"),
              HasSubstr("pid of 1, 2 or 3"));
  EXPECT_THAT(error(R"({"ph":"X","ts":-1})"), HasSubstr("a time is negative"));
  EXPECT_THAT(error(R"({"ph":"X","ts":1e300})"), HasSubstr("longer than 104 days"));
  EXPECT_THAT(error(R"({"ph":"X","tid":"zero"})"), HasSubstr("expected a number"));
  EXPECT_THAT(error(R"([])"), HasSubstr("expected an object"));
}

TEST(ReadTrace, RefusesTwoThingsAtOnceOnOneTrack) {
  EXPECT_THAT(ErrorOf(File(absl::StrCat(kOnP, ",", kOnP))),
              HasSubstr("track P0 holds two slices at once, from 12.345 us"));
}

TEST(ReadTrace, RefusesRegionsThatCannotBe) {
  constexpr std::string_view kBegin = R"({"ph":"b","pid":2,"tid":7,"ts":5,"name":"r","cat":"region","id":1})";
  EXPECT_THAT(ErrorOf(File(absl::StrCat(kBegin, ",", kBegin))), HasSubstr("begins twice"));
  EXPECT_THAT(
      ErrorOf(File(absl::StrCat(kBegin, R"(,{"ph":"e","pid":2,"tid":7,"ts":4,"name":"r","cat":"region","id":1})"))),
      HasSubstr("ends before it begins"));
}

}  // namespace
}  // namespace gort::trace::view
