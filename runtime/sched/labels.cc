#include "gort/runtime/sched/labels.h"

#include <bit>

#include "gort/gstruct/mutex.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/persistent.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

namespace {

constexpr std::size_t kMinBytes = 64;
constexpr int kClasses = std::bit_width(labelset::kMaxBytes / kMinBytes);

constinit mutex free_lock{};               // a leaf
constinit labelset* free_sets[kClasses]{};  // by size. Guard: free_lock

int ClassOf(std::size_t bytes) { return bytes <= kMinBytes ? 0 : std::bit_width((bytes - 1) / kMinBytes); }

}  // namespace

labelset* newlabels(std::size_t text_bytes) {
  if (text_bytes > kMaxLabelBytes) sys::Fatal("newlabels: more text than a set of labels can have");
  // One byte more: the last byte of the whole is NUL for ever, for readers that come late.
  const int size_class = ClassOf(sizeof(labelset) + text_bytes + 1);
  lock(&free_lock);
  labelset* set = free_sets[size_class];
  if (set != nullptr) free_sets[size_class] = set->next;
  unlock(&free_lock);
  if (set == nullptr) {
    const std::size_t bytes = kMinBytes << size_class;
    set = static_cast<labelset*>(persistentalloc(bytes));
    set->bytes = static_cast<std::uint32_t>(bytes);
  }
  set->size = static_cast<std::uint32_t>(text_bytes);
  set->refs.store(1, std::memory_order_relaxed);
  return set;
}

void unreflabels(void* labels) {
  auto* set = static_cast<labelset*>(labels);
  // Release: our reads come before its next use; acquire: those of the others, too.
  if (set == nullptr || set->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const int size_class = ClassOf(set->bytes);
  lock(&free_lock);
  set->next = free_sets[size_class];
  free_sets[size_class] = set;
  unlock(&free_lock);
}

std::size_t copylabels(const g* gp, char* text) {
  // A set in gp->labels is not in the list: it would have been replaced there first. Nor does it get there while we hold the lock.
  lock(&free_lock);
  const auto* set = static_cast<const labelset*>(std::atomic_ref(const_cast<void*&>(gp->labels)).load(std::memory_order_acquire));
  const std::size_t size = set != nullptr ? set->size : 0;
  if (size != 0) __builtin_memcpy(text, set->text(), size);
  unlock(&free_lock);
  return size;
}

void printlabels(const g* gp, sys::Printer* out) {
  bool first = true;
  eachlabel(gp->labels, [&](const char* key, const char* value) {
    out->Str(first ? " {" : ", ");
    first = false;
    out->Escaped(key).Str(": ").Escaped(value);
  });
  if (!first) out->Char('}');
}

}  // namespace gort::runtime
