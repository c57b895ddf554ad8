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

// What users call by another name than the one that the function is defined under.
constexpr struct {
  const char* from;
  const char* to;
} kAliases[] = {
    {"gort::internal::RecvOps<", "gort::Chan<"},
    {"gort::internal::SendOps<", "gort::Chan<"},
};

// The length of `name` without what the compiler calls a piece of a function: " (.cold)", ".part.0".
std::size_t WithoutClone(const char* name) {
  if (const char* clone = std::strstr(name, " (."); clone != nullptr) return static_cast<std::size_t>(clone - name);
  return std::strlen(name);
}

// Takes a decimal number and that many letters off *at, as mangled names have them. False: there is none.
bool TakeWord(const char** at, const char** word, std::size_t* size) {
  const char* from = *at;
  std::size_t n = 0;
  while (*from >= '0' && *from <= '9' && n < 1000) n = n * 10 + static_cast<std::size_t>(*from++ - '0');
  if (n == 0 || std::strlen(from) < n) return false;
  *word = from;
  *size = n;
  *at = from + n;
  return true;
}

// Writes the name of a function whose mangled one the symbolizer could not read: abseil of 2022 does not know the tags by which
// everything that returns a std::string is marked (_ZN6worker4NameB5cxx11Ev). Only namespaces, classes and the function, up to
// the first template. False: it is none of these.
// Source: Itanium C++ ABI 5.1, <nested-name>, <abi-tags>.
bool AddMangled(const char* name, Writer* out) {
  constexpr char kAnonymous[] = "_GLOBAL__N_1";
  if (!StartsWith(name, "_Z")) return false;
  const char* at = name + 2;
  const bool nested = *at == 'N';
  if (nested) ++at;
  while (*at == 'K' || *at == 'L') ++at;
  bool any = false;
  if (StartsWith(at, "St")) {
    out->Add("std");
    at += 2;
    any = true;
  }
  const char* word;
  std::size_t size;
  while (TakeWord(&at, &word, &size)) {
    if (any) out->Add("::");
    any = true;
    if (size == sizeof(kAnonymous) - 1 && StartsWith(word, kAnonymous)) {
      out->Add("(anonymous namespace)");
    } else {
      out->Add(word, size);
    }
    while (*at == 'B') {
      ++at;
      if (!TakeWord(&at, &word, &size)) break;
    }
    if (*at == 'I') out->Add("<...>");
    if (!nested || *at == 'I') break;
  }
  return any;
}

}  // namespace

void ShortenName(const char* name, char* to) {
  constexpr char kLambda[] = "{lambda(";
  constexpr char kCall[] = "::operator()";
  Writer out(to);
  if (AddMangled(name, &out)) {
    out.Add("(...)");
    out.End();
    return;
  }
  const char* end = name + WithoutClone(name);
  if (end - name > 2 && std::memcmp(end - 2, "()", 2) == 0) {
    const bool is_call = end - name >= 12 && std::memcmp(end - 12, kCall, 12) == 0;
    if (!is_call) end -= 2;
  }
  for (const auto& alias : kAliases) {
    if (!StartsWith(name, alias.from)) continue;
    name += std::strlen(alias.from);
    out.Add(alias.to, std::strlen(alias.to) - 1);
    --name;  // the bracket may begin an empty pair
    break;
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
  if (std::strcmp(name, "gort::Stack(...)") == 0) return true;  // what it shows begins with its caller
  if (StartsWith(name, "__cxa_") || StartsWith(name, "_Unwind_") || StartsWith(name, "__gnu_cxx::")) return true;
  if (!StartsWith(name, "std::")) return false;
  const char* in_std = name + std::strlen("std::");
  if (*in_std == '_') return true;
  return StartsWith(in_std, "function<...>::operator()") || StartsWith(in_std, "invoke<...>");
}

bool CallsUserCode(const char* name) {
  return std::strstr(name, "::RunClosure<") != nullptr || std::strstr(name, "invoke") != nullptr;
}

}  // namespace gort::runtime
