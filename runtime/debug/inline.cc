#include "gort/runtime/debug/inline.h"

#include <algorithm>
#include <cstring>

namespace gort::runtime {

namespace {

bool IsScope(std::uint16_t tag) {
  return tag == kSubprogram || tag == kNamespace || tag == kClassType || tag == kStructureType || tag == kUnionType;
}

constexpr std::size_t kMostParts = 16;  // of a name
constexpr int kMostHops = 8;            // from entry to entry

constexpr char kOperator[] = "operator";
constexpr char kCall[] = "operator()";

// Appends to text of a fixed size; what does not fit is dropped.
class NameWriter {
 public:
  NameWriter(char* to, std::size_t size) : at_(to), end_(to + size - 1) { *at_ = '\0'; }
  void Add(char c) {
    if (at_ == end_) return;
    *at_++ = c;
    *at_ = '\0';
  }
  void Add(const char* text) {
    while (*text != '\0') Add(*text++);
  }
  // Without the arguments of templates: "Pool<int>" is "Pool<>".
  void AddName(const char* name) {
    if (std::strncmp(name, kOperator, std::strlen(kOperator)) == 0) {
      for (std::size_t i = 0; i < std::strlen(kOperator); ++i) Add(*name++);
      while (*name != '\0' && std::strchr("<>=-!+*/%&|^~,()[]", *name) != nullptr) Add(*name++);
    }
    for (int depth = 0; *name != '\0'; ++name) {
      if (*name == '>' && depth > 0) --depth;
      if (depth == 0) Add(*name);
      if (*name == '<') ++depth;
    }
  }

 private:
  char* at_;
  char* end_;
};

}  // namespace

// Makes unit_ the one that has this line table, with all its scopes known.
bool InlineReader::EnterByLineTable(const DwarfSections& sections, std::uint64_t line_table) {
  if (file_ != nullptr && file_ == sections.info.data() && unit_.root().stmt_list && unit_.root().stmt_list.number == line_table) return true;
  for (std::uint64_t offset = 0; offset < sections.info.left(); offset = unit_.next()) {
    file_ = nullptr;
    if (!unit_.Open(sections, offset)) continue;
    if (!unit_.root().stmt_list || unit_.root().stmt_list.number != line_table) continue;
    if (!Enter()) return false;
    file_ = sections.info.data();
    return true;
  }
  return false;
}

// The same for the unit that has an entry at `offset`.
bool InlineReader::EnterByOffset(const DwarfSections& sections, std::uint64_t offset) {
  if (file_ != nullptr && file_ == sections.info.data() && offset >= unit_.offset() && offset < unit_.next()) return true;
  for (std::uint64_t at = 0; at < sections.info.left() && at <= offset; at = unit_.next()) {
    file_ = nullptr;
    const bool opened = unit_.Open(sections, at);
    if (offset >= unit_.next()) continue;
    if (!opened || !Enter()) return false;
    file_ = sections.info.data();
    return true;
  }
  return false;
}

// Goes through the unit that unit_ has opened, and notes its scopes.
bool InlineReader::Enter() {
  if (unit_.size() > kMostUnitBytes) return false;
  unit_.LoadAbbreviations();
  count_ = 0;
  const auto size = static_cast<std::uint32_t>(unit_.size());
  std::uint32_t open = kNone;  // the innermost scope
  std::uint16_t depth = 0;
  DwarfEntry entry = {};
  bool has_code;
  for (Bytes at = unit_.Entries(); unit_.Skip(&at, &entry, &has_code);) {
    const auto next = size - static_cast<std::uint32_t>(at.left());
    if (entry.tag == kEndOfChildren) {
      if (depth == 0) break;
      --depth;
      if (open != kNone && scopes_[open].depth == depth) {
        scopes_[open].end = next;
        open = scopes_[open].parent;
      }
      continue;
    }
    if (IsScope(entry.tag) && (entry.children || has_code)) {
      if (count_ == kMostScopes) break;
      const auto begin = static_cast<std::uint32_t>(entry.offset - unit_.offset());
      scopes_[count_] = {begin, entry.children ? size : next, open, depth, has_code && entry.tag == kSubprogram};
      if (entry.children) open = static_cast<std::uint32_t>(count_);
      ++count_;
    }
    if (entry.children && ++depth == 0) break;  // deeper than any program
  }
  return true;
}

// The innermost scope that the entry at `offset` is in.
std::uint32_t InlineReader::ScopeAround(std::uint64_t offset) const {
  const std::uint64_t at = offset - unit_.offset();
  const Scope* after = std::lower_bound(scopes_, scopes_ + count_, at, [](const Scope& s, std::uint64_t o) { return s.begin < o; });
  if (after == scopes_) return kNone;
  auto i = static_cast<std::uint32_t>(after - scopes_ - 1);
  while (i != kNone && scopes_[i].end <= at) i = scopes_[i].parent;  // a parent comes before its children
  return i;
}

std::size_t InlineReader::Find(const DwarfSections& sections, std::uint64_t line_table, std::uint64_t address,
                               InlinedCall calls[kMostCalls]) {
  if (!EnterByLineTable(sections, line_table)) return 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!scopes_[i].has_code) continue;
    DwarfEntry entry;
    Bytes at = unit_.At(unit_.offset() + scopes_[i].begin);
    if (!unit_.Read(&at, &entry) || !unit_.Covers(entry, address)) continue;
    const std::uint64_t end = unit_.offset() + scopes_[i].end;
    std::size_t n = 0;
    // Whatever includes the address lies in what included it before: entries come in preorder.
    while (n < kMostCalls && unit_.Read(&at, &entry) && entry.offset < end) {
      if (entry.tag != kInlinedSubroutine || !unit_.Covers(entry, address)) continue;
      calls[n++] = {unit_.Reference(entry.abstract_origin), entry.call_file.number,
                    static_cast<std::uint32_t>(entry.call_line.number)};
    }
    return n;
  }
  return 0;
}

// One word of a name: a scope or the function.
struct InlineReader::Part {
  const char* name;
  std::uint16_t tag;
};

// Collects the parts of the function's name, itself first, at most kMostParts.
std::size_t InlineReader::FindParts(const DwarfSections& sections, std::uint64_t function, Part* parts, const char** linkage_name) {
  std::size_t n = 0;
  *linkage_name = "";
  // An entry may refer to another one that has its name, and its scopes: its declaration in a class, the function that it is a copy of.
  const auto other = [this](const DwarfEntry& entry) {
    return unit_.Reference(entry.specification ? entry.specification : entry.abstract_origin);
  };
  std::uint64_t at = function;
  for (int hops = 0; at != 0 && hops < kMostHops && EnterByOffset(sections, at); ++hops) {
    DwarfEntry entry;
    Bytes from = unit_.At(at);
    if (!unit_.Read(&from, &entry)) break;
    if (n == 0 && entry.linkage_name && **linkage_name == '\0') *linkage_name = unit_.String(entry.linkage_name);
    at = other(entry);
    if (at != 0) continue;
    std::uint32_t scope = ScopeAround(entry.offset);
    for (; n < kMostParts; scope = scopes_[scope].parent) {
      parts[n++] = {unit_.String(entry.name), entry.tag};
      if (scope == kNone) break;
      from = unit_.At(unit_.offset() + scopes_[scope].begin);
      if (!unit_.Read(&from, &entry)) break;
      at = other(entry);
      if (at != 0) break;
    }
  }
  return n;
}

bool InlineReader::Name(const DwarfSections& sections, std::uint64_t function, char* to, std::size_t size_bytes) {
  Part parts[kMostParts];
  const char* linkage_name;
  const std::size_t n = FindParts(sections, function, parts, &linkage_name);
  NameWriter out(to, size_bytes);
  if (n <= 1 && *linkage_name != '\0') {
    out.Add(linkage_name);
    return true;
  }
  for (std::size_t i = n; i-- > 0;) {
    const char* name = parts[i].name;
    const bool calls = i > 0 && std::strcmp(parts[i - 1].name, kCall) == 0;
    if (parts[i].tag == kSubprogram && *name == '\0') continue;  // clang leaves an empty one around a lambda in a lambda
    if (parts[i].tag == kSubprogram) {
      out.AddName(name);
      out.Add("()");
    } else if (parts[i].tag == kNamespace) {
      out.Add(*name != '\0' ? name : "(anonymous namespace)");
    } else if (calls && (*name == '\0' || std::strncmp(name, "<lambda", 7) == 0)) {
      out.Add("{lambda()}");  // clang and gcc, in this order
    } else if (*name == '\0') {
      out.Add("{unnamed}");
    } else {
      out.AddName(name);
    }
    if (i > 0) out.Add("::");
  }
  return n > 1;
}

}  // namespace gort::runtime
