// The public interface. What a file looks like inside is trace_file_test.sh's matter.
#include "gort/runtime/trace/trace.h"

#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/runtime/trace/annotation.h"
#include "gtest/gtest.h"

namespace gort::trace {
namespace {

std::string Written() {
  std::ostringstream out;
  const absl::Status status = WriteTo(out);
  EXPECT_TRUE(status.ok()) << status;
  return out.str();
}

int Count(const std::string& text, const std::string& what) {
  int n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(Trace, AnnotationsWithoutARecordingDoNothing) {
  EXPECT_FALSE(Enabled());
  Log("nobody", "listens");
  EXPECT_EQ(WithRegion("region", [] { return 7; }), 7);
  Task task("task");
  EXPECT_EQ(TaskOf(task.context()), task.id());
}

TEST(Trace, NothingRecordedIsAnError) {
  std::ostringstream out;
  if (WriteTo(out).ok()) GTEST_SKIP() << "another test has recorded";
  EXPECT_EQ(WriteTo(out).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Trace, OneRecordingAtATime) {
  ASSERT_TRUE(Start().ok());
  EXPECT_TRUE(Enabled());
  EXPECT_EQ(Start().code(), absl::StatusCode::kFailedPrecondition);
  FlightRecorder recorder;
  EXPECT_EQ(recorder.Start().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(recorder.Enabled());
  std::ostringstream out;
  EXPECT_EQ(recorder.WriteTo(out).code(), absl::StatusCode::kFailedPrecondition);
  recorder.Stop();
  EXPECT_TRUE(Enabled());  // not its own
  Stop();
  EXPECT_FALSE(Enabled());
  Stop();
}

TEST(Trace, WrongOptionsAreRefused) {
  EXPECT_EQ(Start({.keep = absl::ZeroDuration()}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Enabled());
}

TEST(Trace, HoldsWhatWasDoneMeanwhileAndNothingElse) {
  Log("user", "before");
  ASSERT_TRUE(Start().ok());
  {
    Task task("request \"7\"");
    WithRegion(task.context(), "parse", [] {});
    Log(task.context(), "user", "meanwhile");
    Chan<int> values = MakeChan<int>();
    Go({.name = "sender"}, [=]() mutable { values.Send(1); });
    EXPECT_EQ(values.Recv(), 1);
  }
  Stop();
  Log("user", "after");
  const std::string text = Written();
  EXPECT_EQ(Count(text, "\"before\""), 0);
  EXPECT_EQ(Count(text, "\"after\""), 0);
  EXPECT_EQ(Count(text, "\"message\":\"meanwhile\""), 1);
  EXPECT_EQ(Count(text, "request \\\"7\\\""), 1);
  EXPECT_EQ(Count(text, "\"name\":\"parse\""), 1);
  EXPECT_GE(Count(text, " sender\""), 2);
  EXPECT_GE(Count(text, "\"reason\":\"chan "), 1);  // one of the two waited
  EXPECT_EQ(text, Written());  // and it stays
}

TEST(Trace, CanBeWrittenWhileItGoesOn) {
  ASSERT_TRUE(Start().ok());
  Log("user", "first");
  const std::string early = Written();
  Log("user", "second");
  const std::string late = Written();
  Stop();
  EXPECT_EQ(Count(early, "\"message\":\"first\""), 1);
  EXPECT_EQ(Count(late, "\"message\":\"first\""), 1);
  EXPECT_EQ(Count(early, "\"message\":\"second\""), 0);
  EXPECT_EQ(Count(late, "\"message\":\"second\""), 1);
}

TEST(Trace, FullRingsKeepTheFirstOrTheLast) {
  for (const Mode mode : {Mode::kKeepFirst, Mode::kKeepLast}) {
    ASSERT_TRUE(Start({.ring_bytes = 1, .mode = mode}).ok());
    Log("user", "the first");
    for (int i = 0; i < 10'000; ++i) Log("user", "between");
    Log("user", "the last");
    Stop();
    const std::string text = Written();
    EXPECT_EQ(Count(text, "\"the first\""), mode == Mode::kKeepFirst ? 1 : 0);
    EXPECT_EQ(Count(text, "\"the last\""), mode == Mode::kKeepFirst ? 0 : 1);
    EXPECT_EQ(Count(text, "\"dropped\":0,"), 0);
    EXPECT_GE(Count(text, "\"between\""), 100);
  }
}

TEST(Trace, RingsThatAreTooLargeAreRefused) {
  const absl::Status status = Start({.ring_bytes = (std::size_t{8} << 30) + 1});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "trace: Options::ring_bytes is 8589934593; expected at most 8589934592");
  EXPECT_FALSE(Enabled());
}

TEST(Trace, ThreadsOfTheProgramsOwnTakePart) {
  ASSERT_TRUE(Start().ok());
  Chan<int> values = MakeChan<int>();
  std::thread thread([=]() mutable {
    Log("user", "from a thread");
    values.Send(1);
  });
  EXPECT_EQ(values.Recv(), 1);
  Blocking([&] { thread.join(); });
  Stop();
  EXPECT_EQ(Count(Written(), "\"message\":\"from a thread\""), 1);
}

TEST(Trace, MorePsThanAtTheBeginning) {
  const int before = GoMaxProcs(1);
  ASSERT_TRUE(Start().ok());
  GoMaxProcs(4);
  WaitGroup all;
  for (int i = 0; i < 100; ++i) all.Go([] { Gosched(); });
  all.Wait();
  GoMaxProcs(1);
  Stop();
  EXPECT_EQ(Count(Written(), "\"cat\":\"gomaxprocs\""), 2);
  GoMaxProcs(before);
}

TEST(Trace, FilesThatCannotBeWrittenAreNamed) {
  ASSERT_TRUE(Start().ok());
  Stop();
  const absl::Status status = WriteTo("/nonexistent/trace.json");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("/nonexistent/trace.json"), std::string::npos) << status;
  std::ofstream full("/dev/full");
  EXPECT_EQ(WriteTo(full).code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(WriteTo("/dev/full").ok());
}

TEST(FlightRecorder, KeepsTheLastMoments) {
  FlightRecorder recorder({.min_age = absl::Milliseconds(1), .ring_bytes = 1 << 20});
  ASSERT_TRUE(recorder.Start().ok());
  Log("user", "long ago");
  const absl::Time until = absl::Now() + absl::Milliseconds(5);
  while (absl::Now() < until) Gosched();
  Log("user", "just now");
  std::ostringstream out;
  ASSERT_TRUE(recorder.WriteTo(out).ok());
  EXPECT_EQ(Count(out.str(), "\"long ago\""), 0);
  EXPECT_TRUE(recorder.Enabled());
  recorder.Stop();
  EXPECT_FALSE(Enabled());
  EXPECT_TRUE(recorder.Start().ok());
}

}  // namespace
}  // namespace gort::trace
