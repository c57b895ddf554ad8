// Labels of goroutines: pairs of words, such as route: /users, that reports show beside a goroutine. A goroutine inherits them
// from the one that starts it. Here is what the scheduler does with them; users have runtime/debug/labels.h.
//
//     g.labels --> labelset { refs, "route\0/users\0user\0ann\0" }      constant text, shared by all goroutines that inherited it
//
// A report of a crash reads the labels of goroutines that go on running. So a set is freed into a list of sets of its size and
// never to malloc: a reader that comes late sees another set's words, but always words. (Sizes double from 64 bytes to kMaxBytes,
// and what a size once got it keeps.) A profile is exact: it copies the words under the lock of that list (copylabels), and a
// goroutine lets go of a set only after its g does not name it any more.
#ifndef GORT_RUNTIME_SCHED_LABELS_H_
#define GORT_RUNTIME_SCHED_LABELS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"

namespace gort::runtime {

namespace sys {
class Printer;
}

struct labelset {
  static constexpr std::size_t kMaxBytes = 4096;  // of one labelset, head included

  std::atomic<std::uint32_t> refs;  // goroutines that have it, and handles. Writers: any
  std::uint32_t bytes;              // of this labelset: a power of 2. Constant, also when it is used again
  std::uint32_t size;               // of the text, constant while refs > 0
  labelset* next;                   // in the list of free ones. Guard: that list's lock

  char* text() { return reinterpret_cast<char*>(this + 1); }
  const char* text() const { return reinterpret_cast<const char*>(this + 1); }
};

// The largest text: a byte is left that is NUL for ever.
inline constexpr std::size_t kMaxLabelBytes = labelset::kMaxBytes - sizeof(labelset) - 1;

// A set with one reference and room for `text_bytes` of text, up to kMaxLabelBytes, which the caller fills in: for each label
// key, NUL, value, NUL.
// Runs on: any.  Blocks: never.  Locks: takes and releases one of its own.
labelset* newlabels(std::size_t text_bytes);

// One reference more, one less. Null is allowed.
// Runs on: any.  Needs: the caller holds a reference.  Blocks: never.
inline labelset* reflabels(void* labels) {
  auto* set = static_cast<labelset*>(labels);
  // Relaxed: the caller's own reference keeps the set meanwhile.
  if (set != nullptr) [[unlikely]] set->refs.fetch_add(1, std::memory_order_relaxed);
  return set;
}
void unreflabels(void* labels);

// Replaces gp's labels by `labels`, whose reference it takes over; the one to its old labels becomes the caller's.
// Runs on: any, as the owner of gp.  Blocks: never.
inline void* exchangelabels(g* gp, void* labels) {
  void* const before = gp->labels;
  // Release: the text; pairs with the acquire in copylabels.
  std::atomic_ref(gp->labels).store(labels, std::memory_order_release);
  return before;
}

// Takes gp's labels from it, which has ended.
// Runs on: any, as the owner of gp.  Blocks: never.
inline void droplabels(g* gp) {
  if (gp->labels == nullptr) [[likely]] return;
  unreflabels(exchangelabels(gp, nullptr));
}

// Copies the text of gp's labels to text[0, kMaxLabelBytes); returns its size. Unlike what eachlabel finds in gp->labels it is exact: gp
// has these labels, or had them a moment ago, wherever it runs.
// Runs on: any but signal handlers.  Blocks: never.  Locks: takes and releases one of its own.
std::size_t copylabels(const g* gp, char* text);

// The labels in text[0, size), one by one: `f(key, value)`, each a string that ends in NUL. The text does, or what follows it.
// Runs on: any, also gsignal.  Locks: none.
template <class F>
void eachlabel(const char* text, std::size_t size, F&& f) {
  const char* at = text;
  const char* const end = at + size;
  while (at < end) {
    const char* key = at;
    while (*at != '\0') ++at;
    if (++at >= end) return;
    const char* value = at;
    while (*at != '\0') ++at;
    ++at;
    f(key, value);
  }
}

// The same of a set, which may be null. For tracebacks, eachlabel(gp->labels, ...): gp may be running and may change its labels
// meanwhile, see above; each word ends within the set all the same.
// Runs on: any, also gsignal.  Locks: none.
template <class F>
void eachlabel(const void* labels, F&& f) {
  const auto* set = static_cast<const labelset*>(labels);
  if (set == nullptr) return;
  const std::size_t room = set->bytes - sizeof(labelset);  // whose last byte is always NUL
  eachlabel(set->text(), set->size < room ? set->size : room, f);
}

// Prints " {route: /users, user: ann}", or nothing when gp has no labels. Control characters are printed as \x0a.
// Runs on: any, also gsignal.  Locks: none.
// Source: Go 1.27 runtime.goroutineheader.
void printlabels(const g* gp, sys::Printer* out);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_LABELS_H_
