#include "gort/gstruct/crosscheck/compare.h"

#include <utility>

namespace gort::crosscheck {
namespace {

Place PlaceOf(const Field& field) { return {field.offset, field.size}; }
Place PlaceOf(const Constant& constant) { return {constant.value, std::nullopt}; }

// Sizes, which not every source tells, differ only where both are known.
bool Differ(const std::optional<uint64_t>& a, const std::optional<uint64_t>& b) {
  return a.has_value() && b.has_value() && *a != *b;
}

class Comparison {
 public:
  Comparison(const std::vector<Difference>& differences, std::optional<GoVersion> version, bool own_binary)
      : differences_(differences), version_(version), own_binary_(own_binary) {}

  // Either side may be nullptr: then every field of the other is a difference.
  void AddStruct(const Struct* ours, const Struct* theirs) {
    const std::string& name = ours != nullptr ? ours->name : theirs->name;
    const std::optional<Place> our_size = SizeOf(ours);
    const std::optional<Place> their_size = SizeOf(theirs);
    if (our_size.has_value() || their_size.has_value()) AddRow(name, kSizeRow, our_size, their_size);
    if (theirs != nullptr) {
      for (const Field& field : theirs->fields) {
        const Field* our_field = ours != nullptr ? ours->Find(field.name) : nullptr;
        AddRow(name, field.name, our_field != nullptr ? std::optional(PlaceOf(*our_field)) : std::nullopt,
               PlaceOf(field));
      }
    }
    if (ours != nullptr) {
      for (const Field& field : ours->fields) {
        if (theirs == nullptr || theirs->Find(field.name) == nullptr)
          AddRow(name, field.name, PlaceOf(field), std::nullopt);
      }
    }
  }

  // Only constants of ours are compared: Go's runtime has a thousand that say nothing about memory.
  void AddConstants(const Layout& ours, const Layout& theirs) {
    for (const Constant& constant : ours.constants) {
      const Constant* other = theirs.FindConstant(constant.name);
      AddRow(kConstRows, constant.name, PlaceOf(constant),
             other != nullptr ? std::optional(PlaceOf(*other)) : std::nullopt);
    }
  }

  void AddNotDescribed(std::string_view name) { report_.not_described.emplace_back(name); }

  Report Finish() { return std::move(report_); }

 private:
  static std::optional<Place> SizeOf(const Struct* one) {
    if (one == nullptr || !one->size.has_value()) return std::nullopt;
    return Place{std::nullopt, one->size};
  }

  void AddRow(std::string_view struct_name, std::string_view field, std::optional<Place> ours,
              std::optional<Place> theirs) {
    Row row{std::string(struct_name), std::string(field), ours, theirs, Verdict::kSame};
    row.verdict = Judge(row);
    report_.counts[row.verdict]++;
    report_.rows.push_back(std::move(row));
  }

  Verdict Judge(const Row& row) {
    if (!row.ours.has_value()) {
      const DifferenceKind kind = own_binary_ ? DifferenceKind::kUnlisted : DifferenceKind::kAbsent;
      return Explained(kind, row) ? Verdict::kExplained : Verdict::kMissing;
    }
    if (!row.theirs.has_value()) {
      return !own_binary_ && Explained(DifferenceKind::kOurs, row) ? Verdict::kExplained : Verdict::kExtra;
    }
    const bool moved = Differ(row.ours->offset, row.theirs->offset);
    const bool resized = Differ(row.ours->size, row.theirs->size);
    if (!moved && !resized) return Verdict::kSame;
    if (own_binary_) return Verdict::kDiffers;
    // A field that moved and changed its size needs both explanations.
    if (moved && !Explained(DifferenceKind::kMoved, row)) return Verdict::kDiffers;
    if (resized && !Explained(DifferenceKind::kResized, row)) return Verdict::kDiffers;
    return Verdict::kExplained;
  }

  bool Explained(DifferenceKind kind, const Row& row) {
    const std::optional<DifferenceMatch> match =
        FindDifference(differences_, kind, row.struct_name, row.field, version_);
    if (!match.has_value()) return false;
    report_.used.insert(*match);
    report_.applied[match->difference].push_back(row.field);
    return true;
  }

  const std::vector<Difference>& differences_;
  const std::optional<GoVersion> version_;
  const bool own_binary_;
  Report report_;
};

}  // namespace

std::string_view ToString(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSame:
      return "same";
    case Verdict::kDiffers:
      return "differs";
    case Verdict::kExplained:
      return "explained";
    case Verdict::kMissing:
      return "missing";
    case Verdict::kExtra:
      return "extra";
  }
  return "";
}

bool Report::ok() const {
  return !counts.contains(Verdict::kDiffers) && !counts.contains(Verdict::kMissing) &&
         !counts.contains(Verdict::kExtra);
}

Report CompareWithGo(const Layout& ours, const Layout& theirs, const std::vector<Difference>& differences,
                     GoVersion version) {
  Comparison comparison(differences, version, /*own_binary=*/false);
  for (std::string_view name : kGoStructs) {
    const Struct* our_struct = ours.Find(name);
    const Struct* their_struct = theirs.Find(name);
    if (our_struct != nullptr || their_struct != nullptr) comparison.AddStruct(our_struct, their_struct);
  }
  if (!theirs.constants.empty()) comparison.AddConstants(ours, theirs);
  return comparison.Finish();
}

Report CompareWithOwnBinary(const Layout& ours, const Layout& theirs, const std::vector<Difference>& differences) {
  Comparison comparison(differences, std::nullopt, /*own_binary=*/true);
  for (const Struct& our_struct : ours.structs) {
    const Struct* their_struct = theirs.Find(our_struct.name);
    if (their_struct != nullptr) {
      comparison.AddStruct(&our_struct, their_struct);
    } else {
      comparison.AddNotDescribed(our_struct.name);
    }
  }
  return comparison.Finish();
}

}  // namespace gort::crosscheck
