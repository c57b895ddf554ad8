#include "gort/gstruct/crosscheck/dwarf_structs.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "gort/gstruct/crosscheck/dwarf_constants.h"

namespace gort::crosscheck {
namespace {

// Real chains are short: an array of typedefs of const pointers is four.
constexpr int kMaxTypeChain = 32;
constexpr int kMaxAnonymousNesting = 16;
constexpr int kMaxArrayDimensions = 8;
constexpr size_t kMaxScopes = 1 << 16;

bool IsStruct(uint64_t tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

bool IsPointer(uint64_t tag) {
  return tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type || tag == DW_TAG_rvalue_reference_type ||
         tag == DW_TAG_subroutine_type;  // Go's func values are pointers to closures
}

// Whether the type only renames or qualifies another.
bool IsAlias(uint64_t tag) {
  return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type || tag == DW_TAG_atomic_type;
}

// A member's byte offset in its structure; absent when it is not a constant.
std::optional<uint64_t> OffsetOf(const Die& member) {
  if (member.member_location.is_number()) return member.member_location.number;
  if (member.bit_offset.is_number()) return member.bit_offset.number / 8;
  if (member.member_location.kind == FormValue::Kind::kBlock) {
    Cursor expression(member.member_location.bytes);
    const uint8_t op = expression.U8();
    const uint64_t offset = expression.Uleb();
    if (op != DW_OP_plus_uconst || !expression.ok() || !expression.at_end()) return std::nullopt;
    return offset;
  }
  return member.member_location.present() ? std::nullopt : std::optional<uint64_t>(0);  // unions omit it
}

class StructFinder {
 public:
  StructFinder(const DwarfInfo& dwarf, std::string_view prefix, std::span<const std::string_view> names)
      : dwarf_(dwarf),
        prefix_(prefix),
        names_(names),
        found_(names.size()),
        budget_(dwarf.size_bytes() / 4 + (1 << 16)) {}

  Result<Layout> Run() {
    for (const Unit& unit : dwarf_.units()) {
      if (std::optional<Error> error = ScanUnit(unit); error.has_value()) return *std::move(error);
    }
    Layout layout;
    for (std::optional<Struct>& found : found_) {
      if (found.has_value()) layout.structs.push_back(*std::move(found));
    }
    return layout;
  }

 private:
  // A DIE whose children are being read. Only named namespaces and structures, and the unit itself, give their children
  // a scope: what a function or an anonymous namespace declares inside is nobody's runtime::g.
  struct Scope {
    bool reachable;
    std::string_view name;  // empty for the unit
  };

  std::optional<Error> ScanUnit(const Unit& unit) {
    std::vector<Scope> scopes;
    Cursor in = dwarf_.At(unit, unit.first_die);
    bool root = true;
    while (!in.at_end()) {
      Result<Die> die = dwarf_.ReadDie(unit, in);
      if (!die.ok()) return die.error();
      if (die->tag == 0) {
        // Padding at a unit's end looks like null entries too.
        if (!scopes.empty()) scopes.pop_back();
        continue;
      }
      const bool is_scope = die->tag == DW_TAG_namespace || IsStruct(die->tag);
      const std::string_view name = is_scope ? dwarf_.Text(unit, die->name) : std::string_view();
      if (IsStruct(die->tag) && !die->is_declaration) {
        if (const std::optional<size_t> index = Match(scopes, name); index.has_value()) {
          if (std::optional<Error> error = AddStruct(unit, *die, in, *index); error.has_value()) return error;
        }
      }
      if (scopes.size() == kMaxScopes) {
        return Error{dwarf_.file_name() +
                     ": debug information nested deeper than any compiler writes: it is damaged, build it again"};
      }
      if (die->has_children) scopes.push_back({root || !name.empty(), root ? std::string_view() : name});
      root = false;
    }
    return std::nullopt;
  }

  // Which of the wanted structures the name in these scopes is.
  std::optional<size_t> Match(const std::vector<Scope>& scopes, std::string_view name) const {
    constexpr size_t kMaxQualifiers = 8;
    if (name.empty() || scopes.size() > kMaxQualifiers) return std::nullopt;
    std::string qualified;
    for (const Scope& scope : scopes) {
      if (!scope.reachable) return std::nullopt;
      if (!scope.name.empty()) qualified.append(scope.name).append("::");
    }
    qualified.append(name);
    if (!qualified.starts_with(prefix_)) return std::nullopt;
    for (size_t i = 0; i < names_.size(); i++) {
      if (std::string_view(qualified).substr(prefix_.size()) == names_[i]) return i;
    }
    return std::nullopt;
  }

  // Reads the structure whose children begin at `children` and keeps it, or compares it with what was kept.
  std::optional<Error> AddStruct(const Unit& unit, const Die& die, Cursor children, size_t index) {
    Struct layout;
    layout.name = names_[index];
    if (die.byte_size.is_number()) layout.size = die.byte_size.number;
    if (die.has_children) {
      if (std::optional<Error> error = ReadMembers(unit, children, 0, 0, layout); error.has_value()) return error;
    }
    std::optional<Struct>& known = found_[index];
    if (known.has_value() && *known != layout) {
      return Error{dwarf_.file_name() + " gives " + prefix_ + layout.name +
                   " two layouts in two translation units: rebuild all of it with the same headers and flags"};
    }
    known = std::move(layout);
    return std::nullopt;
  }

  std::optional<Error> ReadMembers(const Unit& unit, Cursor in, uint64_t base, int nesting, Struct& layout) {
    for (int depth = 0; depth >= 0;) {
      if (budget_ == 0 || layout.fields.size() > kMaxFields) return TooComplicated(layout.name);
      budget_--;
      Result<Die> die = dwarf_.ReadDie(unit, in);
      if (!die.ok()) return die.error();
      if (die->tag == 0) {
        depth--;
        continue;
      }
      const bool direct = depth == 0;
      if (die->has_children) depth++;
      if (!direct || (die->tag != DW_TAG_member && die->tag != DW_TAG_inheritance)) continue;
      if (die->is_external || die->is_declaration) continue;  // a static data member, as DWARF 4 describes it
      if (std::optional<Error> error = AddMember(unit, *die, base, nesting, layout); error.has_value()) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> AddMember(const Unit& unit, const Die& die, uint64_t base, int nesting, Struct& layout) {
    const std::optional<uint64_t> offset = OffsetOf(die);
    const std::string_view name = dwarf_.Text(unit, die.name);
    if (die.tag == DW_TAG_member && !name.empty()) {
      if (name == "_") return std::nullopt;
      if (!offset.has_value() || layout.Find(name) != nullptr) {
        return Error{dwarf_.file_name() + ": " + prefix_ + layout.name + "." + std::string(name) +
                     (offset.has_value() ? " occurs twice" : " has no constant offset") +
                     "; the layout cannot be compared"};
      }
      layout.fields.push_back({std::string(name), base + *offset, SizeOf(die.type, 0)});
      return std::nullopt;
    }
    if (!offset.has_value()) return std::nullopt;  // a virtual base: not at a fixed place, so nobody's field
    if (nesting == kMaxAnonymousNesting) return TooComplicated(layout.name);
    const std::optional<std::pair<const Unit*, Cursor>> inner = ChildrenOf(die.type);
    if (!inner.has_value()) return std::nullopt;
    return ReadMembers(*inner->first, inner->second, base + *offset, nesting + 1, layout);
  }

  Error TooComplicated(const std::string& name) const {
    return Error{dwarf_.file_name() + ": the description of " + prefix_ + name +
                 " is larger than any compiler writes: the debug information is damaged, build it again"};
  }

  // The DIE that `reference` names, with a cursor behind it; absent when it leads nowhere or the budget is spent.
  struct Target {
    const Unit* unit;
    Die die;
    Cursor behind;
  };
  std::optional<Target> Follow(const FormValue& reference) {
    if (reference.kind != FormValue::Kind::kReference || budget_ == 0) return std::nullopt;
    budget_--;
    const Unit* unit = dwarf_.UnitAt(reference.number);
    if (unit == nullptr) return std::nullopt;
    Cursor in = dwarf_.At(*unit, reference.number);
    Result<Die> die = dwarf_.ReadDie(*unit, in);
    if (!die.ok() || die->tag == 0) return std::nullopt;
    return Target{unit, *std::move(die), in};
  }

  // Where the members of the structure behind `reference` begin.
  std::optional<std::pair<const Unit*, Cursor>> ChildrenOf(FormValue reference) {
    for (int step = 0; step < kMaxTypeChain; step++) {
      std::optional<Target> target = Follow(reference);
      if (!target.has_value()) return std::nullopt;
      if (IsStruct(target->die.tag)) {
        if (!target->die.has_children) return std::nullopt;
        return std::pair(target->unit, target->behind);
      }
      if (!IsAlias(target->die.tag)) return std::nullopt;
      reference = target->die.type;
    }
    return std::nullopt;
  }

  std::optional<uint64_t> SizeOf(const FormValue& reference, int chain) {
    if (chain == kMaxTypeChain) return std::nullopt;
    std::optional<Target> target = Follow(reference);
    if (!target.has_value()) return std::nullopt;
    if (target->die.byte_size.is_number()) return target->die.byte_size.number;
    if (IsPointer(target->die.tag)) return target->unit->address_size;
    if (IsAlias(target->die.tag)) return SizeOf(target->die.type, chain + 1);
    if (target->die.tag != DW_TAG_array_type || !target->die.has_children) return std::nullopt;
    const std::optional<uint64_t> element = SizeOf(target->die.type, chain + 1);
    const std::optional<uint64_t> count = ElementCount(*target->unit, target->behind);
    if (!element.has_value() || !count.has_value()) return std::nullopt;
    if (*count != 0 && *element > std::numeric_limits<uint64_t>::max() / *count) return std::nullopt;
    return *element * *count;
  }

  // The product of an array's dimensions.
  std::optional<uint64_t> ElementCount(const Unit& unit, Cursor in) const {
    uint64_t product = 1;
    for (int dimension = 0; dimension < kMaxArrayDimensions; dimension++) {
      Result<Die> die = dwarf_.ReadDie(unit, in);
      if (!die.ok()) return std::nullopt;
      if (die->tag == 0) return product;
      if (die->tag != DW_TAG_subrange_type) return std::nullopt;
      uint64_t count = 0;
      if (die->count.is_number()) {
        count = die->count.number;
      } else if (die->upper_bound.is_number()) {
        count = die->upper_bound.number + 1;
      } else {
        return std::nullopt;
      }
      if (count != 0 && product > std::numeric_limits<uint64_t>::max() / count) return std::nullopt;
      product *= count;
    }
    return std::nullopt;
  }

  const DwarfInfo& dwarf_;
  const std::string prefix_;
  const std::span<const std::string_view> names_;
  std::vector<std::optional<Struct>> found_;
  uint64_t budget_;  // DIEs that may still be read out of order or twice
};

}  // namespace

Result<Layout> FindStructs(const DwarfInfo& dwarf, std::string_view prefix, std::span<const std::string_view> names) {
  return StructFinder(dwarf, prefix, names).Run();
}

Result<std::string> FindProducer(const DwarfInfo& dwarf, std::string_view compiler) {
  for (const Unit& unit : dwarf.units()) {
    Cursor in = dwarf.At(unit, unit.first_die);
    if (in.at_end()) continue;
    Result<Die> root = dwarf.ReadDie(unit, in);
    if (!root.ok()) return root.error();
    const std::string_view producer = dwarf.Text(unit, root->producer);
    if (producer.starts_with(compiler)) return std::string(producer);
  }
  return std::string();
}

}  // namespace gort::crosscheck
