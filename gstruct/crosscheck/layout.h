// What the tool compares: structures with named fields at offsets, and named constants.

#ifndef GORT_GSTRUCT_CROSSCHECK_LAYOUT_H_
#define GORT_GSTRUCT_CROSSCHECK_LAYOUT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gort::crosscheck {

// The structures that Go's tools read and that gort lays out after Go's, in the order in which they are reported.
inline constexpr std::array<std::string_view, 9> kGoStructs = {"stack", "gobuf", "g",     "m",     "p",
                                                               "sudog", "hchan", "waitq", "schedt"};

// More fields than any structure of ours or Go's will have: what a reader accepts before it calls the input damaged.
inline constexpr size_t kMaxFields = 1024;

// A size that the source does not tell (a go_asm.h has no field sizes) is absent and is never compared.
struct Field {
  std::string name;
  uint64_t offset = 0;
  std::optional<uint64_t> size;

  bool operator==(const Field&) const = default;
};

struct Struct {
  std::string name;  // without a package or namespace: "g"
  std::optional<uint64_t> size;
  std::vector<Field> fields;  // in the source's order, no name twice

  bool operator==(const Struct&) const = default;

  // The field called `field`, or nullptr.
  const Field* Find(std::string_view field) const {
    for (const Field& candidate : fields) {
      if (candidate.name == field) return &candidate;
    }
    return nullptr;
  }
};

// The value's low 64 bits: Go's constants include negative ones and 0xfffffffffffffade.
struct Constant {
  std::string name;
  uint64_t value = 0;
};

struct Layout {
  std::vector<Struct> structs;
  std::vector<Constant> constants;

  // The structure called `name`, or nullptr.
  const Struct* Find(std::string_view name) const {
    for (const Struct& candidate : structs) {
      if (candidate.name == name) return &candidate;
    }
    return nullptr;
  }
  Struct* Find(std::string_view name) { return const_cast<Struct*>(std::as_const(*this).Find(name)); }

  // The constant called `name`, or nullptr.
  const Constant* FindConstant(std::string_view name) const {
    for (const Constant& candidate : constants) {
      if (candidate.name == name) return &candidate;
    }
    return nullptr;
  }
};

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_LAYOUT_H_
