#include "gort/gstruct/crosscheck/asmhdr.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "gort/gstruct/crosscheck/text.h"

namespace gort::crosscheck {
namespace {

constexpr std::string_view kConstPrefix = "const_";
constexpr std::string_view kSizeSuffix = "_size";  // behind the underscore that every field has

// Lines of C around the definitions of a header with an include guard.
bool IsScaffolding(std::string_view directive) {
  constexpr std::array<std::string_view, 7> kDirectives = {"#if",    "#ifdef", "#ifndef", "#else",
                                                           "#endif", "#error", "#undef"};
  return std::find(kDirectives.begin(), kDirectives.end(), directive) != kDirectives.end();
}

std::optional<uint64_t> ParseConstant(std::string_view text) {
  if (text == "true") return 1;
  if (text == "false") return 0;
  if (text.starts_with('-')) {
    const std::optional<uint64_t> magnitude = ParseUnsigned(text.substr(1));
    return magnitude.has_value() ? std::optional(uint64_t{0} - *magnitude) : std::nullopt;
  }
  return ParseUnsigned(text);
}

class AsmHdrParser {
 public:
  explicit AsmHdrParser(std::string_view name) : name_(name) {}

  Result<Layout> Parse(std::string_view header) {
    size_t number = 0;
    for (std::string_view line : Lines(header)) {
      number++;
      if (!ParseLine(line)) {
        return Error{
            name_ + ", line " + std::to_string(number) +
            ": not a line of a go_asm.h (#define NAME VALUE): give the header that Go's compiler writes with -asmhdr"};
      }
    }
    if (layout_.Find("g") == nullptr || !layout_.Find("g")->size.has_value()) {
      return Error{name_ + " does not define g__size: give the go_asm.h of Go's package runtime"};
    }
    return std::move(layout_);
  }

 private:
  bool ParseLine(std::string_view line) {
    const std::vector<std::string_view> words = Words(line);
    if (in_comment_ || words.empty() || words[0].starts_with("/*")) {
      const bool opens = !in_comment_ && !words.empty();
      if (in_comment_ || opens) in_comment_ = line.find("*/") == std::string_view::npos;
      return true;
    }
    if (words[0].starts_with("//") || IsScaffolding(words[0])) return true;
    if (words[0] != "#define" || words.size() < 2) return false;
    if (words.size() == 2) return true;  // an include guard
    return Define(words[1], words[2], words.size() == 3);
  }

  // False when an offset or a size is not a number.
  bool Define(std::string_view name, std::string_view value, bool whole) {
    if (name.starts_with(kConstPrefix)) {
      const std::optional<uint64_t> number = whole ? ParseConstant(value) : std::nullopt;
      if (number.has_value()) layout_.constants.push_back({std::string(name.substr(kConstPrefix.size())), *number});
      return true;
    }
    for (std::string_view wanted : kGoStructs) {
      if (!name.starts_with(wanted) || !name.substr(wanted.size()).starts_with('_')) continue;
      const std::optional<uint64_t> number = whole ? ParseUnsigned(value) : std::nullopt;
      if (!number.has_value()) return false;
      return AddTo(StructCalled(wanted), name.substr(wanted.size() + 1), *number);
    }
    return true;  // a structure that is not ours to compare
  }

  // False when the header says the same thing twice, or more than a header can have to say.
  static bool AddTo(Struct& target, std::string_view field, uint64_t number) {
    if (field == kSizeSuffix) {
      if (target.size.has_value()) return false;
      target.size = number;
      return true;
    }
    if (target.fields.size() == kMaxFields || target.Find(field) != nullptr) return false;
    target.fields.push_back({std::string(field), number, std::nullopt});
    return true;
  }

  Struct& StructCalled(std::string_view wanted) {
    if (Struct* known = layout_.Find(wanted); known != nullptr) return *known;
    return layout_.structs.emplace_back(Struct{std::string(wanted), std::nullopt, {}});
  }

  std::string name_;
  Layout layout_;
  bool in_comment_ = false;
};

}  // namespace

Result<Layout> ParseAsmHdr(std::string_view header, std::string_view name) {
  if (header.empty())
    return Error{std::string(name) + " is empty: give the header that Go's compiler writes with -asmhdr"};
  return AsmHdrParser(name).Parse(header);
}

}  // namespace gort::crosscheck
