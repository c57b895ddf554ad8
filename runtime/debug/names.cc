#include "gort/runtime/debug/names.h"

#include <cstring>

namespace gort::runtime {

namespace {

bool StartsWith(const char* text, const char* prefix) { return std::strncmp(text, prefix, std::strlen(prefix)) == 0; }

// Appends to ShortenName's result. Keeps the first and the last half of what is too long.
class Writer {
 public:
  explicit Writer(char* to) : to_(to) {}

  void Add(const char* text, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i, ++size_) {
      to_[size_ < kMaxName ? size_ : kHead + (size_ - kHead) % kTail] = text[i];
    }
  }
  void Add(const char* text) { Add(text, std::strlen(text)); }

  void End() {
    if (size_ <= kMaxName) {
      to_[size_] = '\0';
      return;
    }
    // The tail is a ring that begins anywhere: turn it until its oldest byte is first, then mark the cut.
    const std::size_t turn = (size_ - kHead) % kTail;
    Reverse(kHead, kHead + turn);
    Reverse(kHead + turn, kMaxName);
    Reverse(kHead, kMaxName);
    std::memcpy(to_ + kHead, "...", 3);
    to_[kMaxName] = '\0';
  }

 private:
  static constexpr std::size_t kHead = kMaxName / 2;
  static constexpr std::size_t kTail = kMaxName - kHead;

  void Reverse(std::size_t from, std::size_t to) {
    for (; from + 1 < to; ++from, --to) {
      const char c = to_[from];
      to_[from] = to_[to - 1];
      to_[to - 1] = c;
    }
  }

  char* to_;
  std::size_t size_ = 0;
};

// The length of `name` without what the compiler calls a piece of a function: " (.cold)", ".part.0".
std::size_t WithoutClone(const char* name) {
  if (const char* clone = std::strstr(name, " (."); clone != nullptr) return static_cast<std::size_t>(clone - name);
  return std::strlen(name);
}

}  // namespace

void ShortenName(const char* name, char* to) {
  constexpr char kLambda[] = "{lambda(";
  constexpr char kCall[] = "::operator()";
  Writer out(to);
  const char* end = name + WithoutClone(name);
  if (end - name > 2 && std::memcmp(end - 2, "()", 2) == 0) {
    const bool is_call = end - name >= 12 && std::memcmp(end - 12, kCall, 12) == 0;
    if (!is_call) end -= 2;
  }
  while (name < end) {
    if (StartsWith(name, kLambda)) {
      int depth = 1;
      const char* at = name + std::strlen(kLambda);
      for (; at < end && depth > 0; ++at) depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
      const char* close = at;
      while (close < end && *close != '}') ++close;
      if (close < end) {
        out.Add("{lambda");
        out.Add(at, static_cast<std::size_t>(close + 1 - at));
        name = close + 1;
        if (StartsWith(name, kCall)) name += std::strlen(kCall);
        continue;
      }
    }
    if (StartsWith(name, "<>") && end - name >= 2) {
      out.Add("<...>");
      name += 2;
      continue;
    }
    out.Add(name++, 1);
  }
  out.Add("(...)");
  out.End();
}

bool IsRuntimeName(const char* name) {
  if (StartsWith(name, "gort::runtime::") || StartsWith(name, "gort::internal::") || StartsWith(name, "runtime.")) return true;
  if (StartsWith(name, "__cxa_") || StartsWith(name, "_Unwind_") || StartsWith(name, "__gnu_cxx::")) return true;
  if (!StartsWith(name, "std::")) return false;
  const char* in_std = name + std::strlen("std::");
  if (*in_std == '_') return true;
  return StartsWith(in_std, "function<...>::operator()") || StartsWith(in_std, "invoke<...>");
}

}  // namespace gort::runtime
