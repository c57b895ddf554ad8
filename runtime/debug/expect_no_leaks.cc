#include "gort/runtime/debug/expect_no_leaks.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gort/runtime/debug/leaks.h"
#include "gort/runtime/goroutine/goroutine.h"

namespace gort {

namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers Minus(const Numbers& all, const Numbers& but) {
  Numbers rest;
  std::set_difference(all.begin(), all.end(), but.begin(), but.end(), std::back_inserter(rest));
  return rest;
}

// Those that cannot be found out count as none.
Numbers Leaked() { return debug::LeakedGoroutines().value_or(Numbers()); }

// How often AwaitEnd looks, so that a goroutine which is about to end does not count.
constexpr int kLooks = 100'000;

void AwaitEnd(const Numbers& before) {
  for (int looks = 0;; ++looks) {
    const Numbers still_there = Minus(debug::Goroutines(), before);
    if (still_there.empty()) return;
    if (looks == kLooks) {
      ADD_FAILURE() << still_there.size() << " goroutines of this test are still there:\n" << debug::DescribeGoroutines(still_there);
      return;
    }
    Gosched();
  }
}

}  // namespace

ExpectNoLeaks::ExpectNoLeaks(Scope scope) : scope_(scope), before_(scope == kLeaked ? Leaked() : debug::Goroutines()) {}

ExpectNoLeaks::~ExpectNoLeaks() {
  const absl::StatusOr<Numbers> leaked = debug::LeakedGoroutines();
  if (!leaked.ok()) {
    if (!absl::IsUnimplemented(leaked.status())) ADD_FAILURE() << leaked.status().message();
    if (scope_ == kStillThere) AwaitEnd(before_);
    return;
  }
  if (const Numbers mine = Minus(*leaked, before_); !mine.empty()) {
    ADD_FAILURE() << mine.size() << " goroutines have leaked in this test:\n" << debug::DescribeGoroutines(mine);
  } else if (scope_ == kStillThere) {
    AwaitEnd(before_);
  }
}

}  // namespace gort
