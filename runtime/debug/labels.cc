#include "gort/runtime/debug/labels.h"

#include <cstring>
#include <map>

#include "gort/gstruct/g.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/sched/thread.h"

namespace gort::pprof {

namespace {

using runtime::labelset;

// The set with these labels; null for none.
labelset* Make(const std::map<std::string, std::string>& labels) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : labels) {
    if (key.find('\0') != key.npos || value.find('\0') != value.npos) {
      throw PanicError("pprof: the label \"" + std::string(key.c_str()) + "\" has a NUL byte in its key or value");
    }
    bytes += key.size() + value.size() + 2;
  }
  if (bytes > runtime::kMaxLabelBytes) {
    throw PanicError("pprof: the labels of a goroutine have " + std::to_string(bytes) + " bytes together; " +
                     std::to_string(runtime::kMaxLabelBytes) + " is the most");
  }
  if (bytes == 0) return nullptr;
  labelset* set = runtime::newlabels(bytes);
  char* at = set->text();
  for (const auto& [key, value] : labels) {
    for (const std::string* word : {&key, &value}) {
      std::memcpy(at, word->c_str(), word->size() + 1);
      at += word->size() + 1;
    }
  }
  return set;
}

// The labels in `set`, which may be null; the caller holds a reference.
std::map<std::string, std::string> Read(labelset* set) {
  std::map<std::string, std::string> labels;
  runtime::eachlabel(set, [&](const char* key, const char* value) { labels[key] = value; });
  return labels;
}

}  // namespace

LabelSet::LabelSet(std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  std::map<std::string, std::string> sorted;
  for (const auto& [key, value] : labels) sorted[std::string(key)] = value;
  set_ = Make(sorted);
}

LabelSet::LabelSet(std::vector<LabelPair> labels) {
  std::map<std::string, std::string> sorted;
  for (auto& [key, value] : labels) sorted[key] = std::move(value);
  set_ = Make(sorted);
}

LabelSet::LabelSet(const LabelSet& other) : set_(runtime::reflabels(other.set_)) {}

LabelSet::~LabelSet() { runtime::unreflabels(set_); }

LabelSet LabelSet::With(const LabelSet& more) const {
  if (set_ == nullptr) return more;
  std::map<std::string, std::string> labels = Read(set_);
  for (auto& [key, value] : Read(more.set_)) labels[key] = std::move(value);
  LabelSet all;
  all.set_ = Make(labels);
  return all;
}

std::vector<LabelPair> LabelSet::Pairs() const {
  const std::map<std::string, std::string> labels = Read(set_);
  return {labels.begin(), labels.end()};
}

LabelSet GoroutineLabels() {
  LabelSet labels;
  labels.set_ = runtime::reflabels(runtime::selfg()->labels);
  return labels;
}

void SetGoroutineLabels(LabelSet labels) {
  runtime::unreflabels(runtime::exchangelabels(runtime::selfg(), std::exchange(labels.set_, nullptr)));
}

std::optional<std::string> Label(std::string_view key) {
  std::optional<std::string> found;
  runtime::eachlabel(runtime::selfg()->labels, [&](const char* name, const char* value) {
    if (key == name) found = value;
  });
  return found;
}

}  // namespace gort::pprof
