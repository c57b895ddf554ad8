// The program whose debug information dwarf_structs_test reads.

#include "gort/gstruct/crosscheck/dwarf_fixture.h"

#include <cstddef>

int crosscheck_fixture::inner::Sample::shared = 1;

namespace crosscheck_fixture {

// Two that must not be mistaken for inner::Sample.
struct Sample {
  int wrong;
};
[[gnu::noinline]] int UsesALocalStruct(int value) {
  struct Sample {
    int also_wrong;
  } local{value};
  return local.also_wrong;
}

[[gnu::used]] Sample outer_sample;
[[gnu::used]] inner::WithAlias with_alias;
[[gnu::used]] size_t sample_size(inner::Sample* sample) { return sizeof(*sample) + sample->byte; }

}  // namespace crosscheck_fixture

int main() { return crosscheck_fixture::UsesALocalStruct(0); }
