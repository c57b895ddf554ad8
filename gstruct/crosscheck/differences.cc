#include "gort/gstruct/crosscheck/differences.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "gort/gstruct/crosscheck/text.h"

namespace gort::crosscheck {
namespace {

constexpr char kBuiltIn[] =
#include "gort/gstruct/crosscheck/differences.inc"
    ;

constexpr std::array<std::pair<std::string_view, DifferenceKind>, 5> kKinds = {{
    {"absent", DifferenceKind::kAbsent},
    {"ours", DifferenceKind::kOurs},
    {"moved", DifferenceKind::kMoved},
    {"resized", DifferenceKind::kResized},
    {"unlisted", DifferenceKind::kUnlisted},
}};

std::optional<DifferenceKind> ParseKind(std::string_view word) {
  for (const auto& [name, kind] : kKinds) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

// "1.19-1.24", "1.25-", "-1.24" or "1.24"; false when it is none of them.
bool ParseRange(std::string_view text, Difference& difference) {
  const size_t dash = text.find('-');
  const std::string_view low = text.substr(0, dash);
  const std::string_view high = dash == std::string_view::npos ? low : text.substr(dash + 1);
  if (!low.empty()) difference.first = ParseGoVersion(low);
  if (!high.empty()) difference.last = ParseGoVersion(high);
  const bool bad_low = !low.empty() && !difference.first.has_value();
  const bool bad_high = !high.empty() && !difference.last.has_value();
  return !bad_low && !bad_high && (difference.first.has_value() || difference.last.has_value());
}

std::string Joined(const std::vector<std::string_view>& words, size_t from) {
  std::string text;
  for (size_t i = from; i < words.size(); i++) {
    if (!text.empty()) text += ' ';
    text += words[i];
  }
  return text;
}

class DifferencesParser {
 public:
  explicit DifferencesParser(std::string_view name) : name_(name) {}

  Result<std::vector<Difference>> Parse(std::string_view text) {
    for (std::string_view line : Lines(text)) {
      line_++;
      if (line.starts_with('#')) continue;
      const std::vector<std::string_view> words = Words(line);
      std::optional<Error> error;
      if (words.empty()) {
        error = EndStanza();
      } else if (line.front() != ' ') {
        error = BeginStanza(words);
      } else {
        error = ContinueStanza(words);
      }
      if (error.has_value()) return *error;
    }
    if (std::optional<Error> error = EndStanza(); error.has_value()) return *error;
    return std::move(all_);
  }

 private:
  Error At(size_t line, const std::string& what) const {
    return Error{name_ + ", line " + std::to_string(line) + ": " + what};
  }

  std::optional<Error> BeginStanza(const std::vector<std::string_view>& words) {
    if (open_.has_value()) return At(line_, "a stanza begins inside another; put an empty line between them");
    const std::optional<DifferenceKind> kind = ParseKind(words[0]);
    if (!kind.has_value() || words.size() != 2) {
      return At(line_, "a stanza begins with absent, ours, moved, resized or unlisted, and a structure's name");
    }
    open_.emplace();
    open_->kind = *kind;
    open_->struct_name = words[1];
    open_->line = line_;
    return std::nullopt;
  }

  std::optional<Error> ContinueStanza(const std::vector<std::string_view>& words) {
    if (!open_.has_value()) return At(line_, "an indented line outside a stanza; begin the stanza with its kind");
    if (!open_->reason.empty()) {
      open_->reason += ' ' + Joined(words, 0);
    } else if (words[0] == "because" && words.size() > 1) {
      open_->reason = Joined(words, 1);
    } else if (words[0] == "versions" && words.size() == 2) {
      if (!ParseRange(words[1], *open_)) return At(line_, "versions are written 1.19-1.24, 1.25-, -1.24 or 1.24");
    } else if (words[0] == "fields" && words.size() > 1) {
      open_->fields.insert(open_->fields.end(), words.begin() + 1, words.end());
    } else {
      return At(line_, "expected fields, versions or because, each with its text");
    }
    return std::nullopt;
  }

  std::optional<Error> EndStanza() {
    if (!open_.has_value()) return std::nullopt;
    if (open_->fields.empty() || open_->reason.empty()) {
      return At(open_->line, "this stanza lacks its fields or its reason; add them");
    }
    all_.push_back(*std::move(open_));
    open_.reset();
    return std::nullopt;
  }

  std::string name_;
  size_t line_ = 0;
  std::optional<Difference> open_;
  std::vector<Difference> all_;
};

bool Matches(std::string_view pattern, std::string_view field) {
  if (!pattern.ends_with('*')) return pattern == field;
  pattern.remove_suffix(1);
  return field.starts_with(pattern);
}

bool Covers(const Difference& difference, std::optional<GoVersion> version) {
  if (!version.has_value()) return !difference.first.has_value() && !difference.last.has_value();
  return (!difference.first.has_value() || *difference.first <= *version) &&
         (!difference.last.has_value() || *version <= *difference.last);
}

}  // namespace

std::string_view ToString(DifferenceKind kind) {
  for (const auto& [name, candidate] : kKinds) {
    if (candidate == kind) return name;
  }
  return "";
}

std::string Difference::VersionsText() const {
  if (!first.has_value() && !last.has_value()) return "every release";
  if (!first.has_value()) return "up to " + last->ToString();
  if (!last.has_value()) return "since " + first->ToString();
  if (first == last) return first->ToString();
  return first->ToString() + " to " + last->ToString();
}

Result<std::vector<Difference>> ParseDifferences(std::string_view text, std::string_view name) {
  return DifferencesParser(name).Parse(text);
}

const std::vector<Difference>& BuiltInDifferences() {
  static const std::vector<Difference>* const kDifferences = [] {
    Result<std::vector<Difference>> differences = ParseDifferences(kBuiltIn, "differences.txt");
    if (!differences.ok()) {
      // A test reads the same file, so this is for whoever edited it and did not run it.
      std::fprintf(stderr, "crosscheck: %s\n", differences.error().sentence.c_str());
      std::abort();
    }
    return new std::vector<Difference>(std::move(*differences));
  }();
  return *kDifferences;
}

std::optional<DifferenceMatch> FindDifference(const std::vector<Difference>& all, DifferenceKind kind,
                                              std::string_view struct_name, std::string_view field,
                                              std::optional<GoVersion> version) {
  for (size_t i = 0; i < all.size(); i++) {
    const Difference& difference = all[i];
    if (difference.kind != kind || difference.struct_name != struct_name || !Covers(difference, version)) continue;
    for (size_t j = 0; j < difference.fields.size(); j++) {
      if (Matches(difference.fields[j], field)) return DifferenceMatch{i, j};
    }
  }
  return std::nullopt;
}

}  // namespace gort::crosscheck
