// Labels: what a goroutine works for, in words that dumps and profiles show.
//
//   gort::pprof::Do({{"route", "/users"}, {"tenant", tenant}}, [&] { Serve(request); });
//
//   goroutine 34 [chan receive] {route: /users, tenant: acme}:
//
// A goroutine inherits the labels of the one that starts it. In the goroutine profile (profile.h) they are what `go tool pprof
// -tagfocus` and `-tags` work on.
//
// Source: Go's package runtime/pprof: Do, Labels, WithLabels, SetGoroutineLabels, Label. Go carries labels in the context and
// sets them on the goroutine; ours are the goroutine's alone, because a C++ program rarely hands a context everywhere.
#ifndef GORT_RUNTIME_DEBUG_LABELS_H_
#define GORT_RUNTIME_DEBUG_LABELS_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gort::runtime {
struct labelset;
}

namespace gort::pprof {

using LabelPair = std::pair<std::string, std::string>;

// Labels to be given to goroutines. Constant; copies share.
class LabelSet {
 public:
  LabelSet() = default;
  // Of two values for a key the later one counts.
  // Runs on: any thread.  Blocks: never.
  // Errors: PanicError when a key or value holds a NUL byte, or all together have more than 4 KB.
  LabelSet(std::initializer_list<std::pair<std::string_view, std::string_view>> labels);
  explicit LabelSet(std::vector<LabelPair> labels);
  LabelSet(const LabelSet& other);
  LabelSet(LabelSet&& other) noexcept : set_(std::exchange(other.set_, nullptr)) {}
  LabelSet& operator=(LabelSet other) noexcept {
    std::swap(set_, other.set_);
    return *this;
  }
  ~LabelSet();

  // These labels, with those of `more` added or put in their place.  Errors: as the constructor.
  LabelSet With(const LabelSet& more) const;

  // All of them, by key.
  std::vector<LabelPair> Pairs() const;

 private:
  friend LabelSet GoroutineLabels();
  friend void SetGoroutineLabels(LabelSet labels);

  runtime::labelset* set_ = nullptr;  // one reference
};

// The labels of the caller: a goroutine, or a plain thread, from which the goroutines that it starts inherit them.
// Runs on: any thread, as all that follow.  Blocks: never.
LabelSet GoroutineLabels();

// Replaces all labels of the caller. SetGoroutineLabels({}) takes them away.
// Source: Go 1.27 runtime/pprof.SetGoroutineLabels.
void SetGoroutineLabels(LabelSet labels);

// The caller's value for `key`. Source: Go 1.27 runtime/pprof.Label.
std::optional<std::string> Label(std::string_view key);

// Calls f with `labels` added to the caller's, and takes them away again when f returns or throws.
// Errors: as LabelSet.
// Source: Go 1.27 runtime/pprof.Do.
template <class F>
decltype(auto) Do(const LabelSet& labels, F&& f) {
  struct Restore {
    LabelSet before = GoroutineLabels();
    ~Restore() { SetGoroutineLabels(std::move(before)); }
  } restore;
  SetGoroutineLabels(restore.before.With(labels));
  return std::forward<F>(f)();
}

}  // namespace gort::pprof

#endif  // GORT_RUNTIME_DEBUG_LABELS_H_
