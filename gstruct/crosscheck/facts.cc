#include "gort/gstruct/crosscheck/facts.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "gort/gstruct/crosscheck/text.h"

namespace gort::crosscheck {
namespace {

constexpr char kTable[] =
#include "gort/gstruct/crosscheck/go_layouts.inc"
    ;

constexpr std::string_view kStructPrefix = "runtime.";
constexpr std::string_view kConstants = "const";
constexpr std::string_view kOs = "linux_";
constexpr std::string_view kWhole = "(size)";
constexpr size_t kColumns = 7;

// Adds one line's fact; false when it does not fit.
bool AddLine(const std::vector<std::string_view>& columns, std::vector<Facts>& all) {
  if (columns.size() != kColumns || !columns[1].starts_with(kOs)) return false;
  const std::optional<GoVersion> version = ParseGoVersion(columns[0]);
  const std::string_view goarch = columns[1].substr(kOs.size());
  const std::string_view field = columns[3];
  const std::optional<uint64_t> offset = ParseUnsigned(columns[4]);
  const std::optional<uint64_t> size = ParseUnsigned(columns[5]);
  if (!version.has_value() || !offset.has_value() || !size.has_value()) return false;

  if (all.empty() || all.back().release != columns[0] || all.back().goarch != goarch) {
    all.push_back({std::string(columns[0]), *version, std::string(goarch), {}});
  }
  Layout& layout = all.back().layout;
  if (columns[2] == kConstants) {
    layout.constants.push_back({std::string(field), *offset});
    return true;
  }
  if (!columns[2].starts_with(kStructPrefix)) return false;
  const std::string_view name = columns[2].substr(kStructPrefix.size());
  if (field == kWhole) {
    layout.structs.push_back({std::string(name), size, {}});
    return true;
  }
  Struct* target = layout.Find(name);
  if (target == nullptr) return false;
  if (field != "_") target->fields.push_back({std::string(field), *offset, size});
  return true;
}

// Whether the two agree on the offset of every field that either has.
bool SameOffsets(const Struct& a, const Struct& b) {
  if (a.fields.size() != b.fields.size()) return false;
  for (const Field& field : a.fields) {
    const Field* other = b.Find(field.name);
    if (other == nullptr || other->offset != field.offset) return false;
  }
  return true;
}

}  // namespace

Result<std::vector<Facts>> ParseFacts(std::string_view tsv) {
  std::vector<Facts> all;
  size_t number = 0;
  for (std::string_view line : Lines(tsv)) {
    number++;
    if (line.empty() || line.starts_with("goversion\t")) continue;
    if (!AddLine(Split(line, '\t'), all)) {
      return Error{"go_layouts.tsv, line " + std::to_string(number) +
                   ": not a version, linux_<arch>, structure, field, offset, size and type; correct the line"};
    }
  }
  return all;
}

const std::vector<Facts>& BuiltInFacts() {
  static const std::vector<Facts>* const kFacts = [] {
    Result<std::vector<Facts>> facts = ParseFacts(kTable);
    if (!facts.ok()) {
      // A test reads the same table, so this is for whoever edited it and did not run it.
      std::fprintf(stderr, "crosscheck: %s\n", facts.error().sentence.c_str());
      std::abort();
    }
    return new std::vector<Facts>(std::move(*facts));  // lives until the end, so that no destructor races with a reader
  }();
  return *kFacts;
}

const Facts* FindFacts(const std::vector<Facts>& all, GoVersion version, std::string_view goarch) {
  for (const Facts& facts : all) {
    if (facts.version == version && facts.goarch == goarch) return &facts;
  }
  return nullptr;
}

std::optional<GoVersion> RecogniseRelease(const std::vector<Facts>& all, const Layout& layout) {
  std::optional<GoVersion> newest;
  for (const Facts& facts : all) {
    bool same = true;
    for (const Struct& fact : facts.layout.structs) {
      const Struct* other = layout.Find(fact.name);
      same = same && other != nullptr && SameOffsets(fact, *other);
    }
    if (same && (!newest.has_value() || *newest < facts.version)) newest = facts.version;
  }
  return newest;
}

std::string KnownReleases(const std::vector<Facts>& all) {
  std::string list;
  std::optional<GoVersion> last;
  for (const Facts& facts : all) {
    if (last == facts.version) continue;
    last = facts.version;
    if (!list.empty()) list += ", ";
    list += facts.version.ToString();
  }
  return list;
}

}  // namespace gort::crosscheck
