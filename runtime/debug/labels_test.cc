#include "gort/runtime/debug/labels.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gort/gort.h"
#include "gort/runtime/debug/profile.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/switch/getg.h"
#include "gtest/gtest.h"

namespace gort::pprof {
namespace {

using Pairs = std::vector<LabelPair>;

TEST(Labels, AreAddedForTheCallAndGoneAfterIt) {
  EXPECT_EQ(Label("route"), std::nullopt);
  const int result = Do({{"route", "/users"}}, [] {
    EXPECT_EQ(Label("route"), "/users");
    Do({{"user", "ann"}, {"route", "/users/ann"}}, [] {
      EXPECT_EQ(GoroutineLabels().Pairs(), (Pairs{{"route", "/users/ann"}, {"user", "ann"}}));
    });
    EXPECT_EQ(GoroutineLabels().Pairs(), (Pairs{{"route", "/users"}}));
    return 7;
  });
  EXPECT_EQ(result, 7);
  EXPECT_EQ(GoroutineLabels().Pairs(), Pairs{});
}

TEST(Labels, AreGoneAfterAnException) {
  EXPECT_THROW(Do({{"k", "v"}}, [] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(Label("k"), std::nullopt);
}

TEST(Labels, AreInheritedWhenTheGoroutineStarts) {
  Chan<Pairs> got = MakeChan<Pairs>();
  Chan<Unit> go = MakeChan<Unit>();
  Do({{"k", "v"}}, [&] {
    Go([=] {
      go.Recv();
      got.Send(GoroutineLabels().Pairs());
    });
  });
  go.Send({});  // the parent has other labels now
  EXPECT_EQ(got.Recv(), (Pairs{{"k", "v"}}));
}

TEST(Labels, OfAPlainThreadGoToItsGoroutines) {
  Chan<Pairs> got = MakeChan<Pairs>(1);
  Blocking([&] {
    std::thread([&] {
      SetGoroutineLabels({{"thread", "1"}});
      Go([=] { got.Send(GoroutineLabels().Pairs()); });
    }).join();
  });
  EXPECT_EQ(got.Recv(), (Pairs{{"thread", "1"}}));
}

TEST(Labels, LaterValueOfAKeyCounts) {
  EXPECT_EQ(LabelSet({{"k", "1"}, {"k", "2"}}).Pairs(), (Pairs{{"k", "2"}}));
}

TEST(Labels, EmptyWordsAreWords) {
  EXPECT_EQ(LabelSet({{"", ""}, {"k", ""}}).Pairs(), (Pairs{{"", ""}, {"k", ""}}));
}

TEST(Labels, TooMuchOrNulIsAPanic) {
  EXPECT_THROW(LabelSet({{"k", std::string(5000, 'x')}}), PanicError);
  EXPECT_THROW(LabelSet({{"k", std::string_view("a\0b", 3)}}), PanicError);
  const std::string largest(runtime::kMaxLabelBytes - 3, 'x');
  EXPECT_EQ(LabelSet({{"k", largest}}).Pairs(), (Pairs{{"k", largest}}));
}

TEST(Labels, ASetIsUsedAgainOnceNobodyHasIt) {
  const void* first = nullptr;
  Do({{"k", "1"}}, [&] { first = runtime::getg()->labels; });
  Do({{"k", "2"}}, [&] { EXPECT_EQ(runtime::getg()->labels, first); });
}

// Goal: references are neither lost nor kept. Method: many goroutines inherit, change and end at the same time; afterwards a set is
// still used again, and nobody has read another's words.
TEST(Labels, StayWhoseTheyAreUnderStress) {
  constexpr int kGoroutines = 2000;
  WaitGroup done;
  for (int i = 0; i < kGoroutines; ++i) {
    Do({{"i", std::to_string(i)}}, [&] {
      done.Go([i] {
        EXPECT_EQ(Label("i"), std::to_string(i));
        Gosched();
        Do({{"inner", std::string(static_cast<std::size_t>(i % 300), 'y')}}, [i] {
          Gosched();
          EXPECT_EQ(Label("i"), std::to_string(i));
          EXPECT_EQ(Label("inner")->size(), static_cast<std::size_t>(i % 300));
        });
      });
    });
  }
  done.Wait();
}

// The value of "a" in a line of a profile, and that of "b"; empty if there is none.
std::string ValueIn(std::string_view line, std::string_view key) {
  const std::string before = "\"" + std::string(key) + "\":\"";
  const std::size_t at = line.find(before);
  if (at == line.npos) return "";
  const std::string_view rest = line.substr(at + before.size());
  return std::string(rest.substr(0, rest.find('"')));
}

// Goal: a profile never shows a mixture of labels, nor somebody else's. Method: goroutines run and change their labels all the time,
// always two with the same value, by sets that are used again at once; who reads a set while it is written sees two values.
TEST(Labels, InAProfileAreThoseOfOneMoment) {
  constexpr int kGoroutines = 4;
  constexpr int kProfiles = 20;
  std::atomic<bool> stop = false;
  WaitGroup done;
  for (int i = 0; i < kGoroutines; ++i) {
    done.Go([i, &stop] {
      for (int n = 0; !stop; ++n) {
        const std::string value(static_cast<std::size_t>(1 + n % 20), static_cast<char>('a' + (i + n) % 26));
        Do({{"a", value}, {"b", value}}, [] { Gosched(); });
      }
    });
  }
  int labeled = 0;
  for (int n = 0; n < kProfiles || labeled == 0; ++n) {
    const std::string text = GoroutineProfile(1);
    for (std::size_t at = text.find("# labels: "); at != text.npos; at = text.find("# labels: ", at + 1), ++labeled) {
      const std::string_view line = std::string_view(text).substr(at, text.find('\n', at) - at);
      ASSERT_NE(ValueIn(line, "a"), "") << line;
      ASSERT_EQ(ValueIn(line, "a"), ValueIn(line, "b")) << line;
    }
    Gosched();
  }
  stop = true;
  done.Wait();
}

}  // namespace
}  // namespace gort::pprof
