// The rules that bazel/layers.bzl states, applied to a source tree.
#ifndef GORT_TESTS_LAYERING_CHECK_H_
#define GORT_TESTS_LAYERING_CHECK_H_

#include <string>
#include <vector>

#include "gort/tests/layering/tree.h"

namespace gort::layering {

// The tree's offences, one sentence each, "file:line: what; what to do"; empty when there is none. `tree` holds
// bazel/layers.bzl, the table it is measured against.
//
//   - A folder with a BUILD file stands in LAYERS, once.
//   - No target depends on a package of a higher layer, and no file includes its headers. An alias is not a dependency;
//     whoever depends on the alias depends on what it stands for. //bazel and //third_party are how things are built, not
//     code. Tests may use //rt0 and //:gort, to run on goroutines.
//   - abseil is for ABSEIL_FROM and up.
//   - Layers 0 to 4 but for their tests: no header that needs libc or the C++ runtime, no thread_local, no lock or thread
//     of the standard library.
//
// A test is a target that is testonly or whose rule is called *_test or *_tests, with the files that only such targets list; of the
// files that no target lists by name, those called *_test.*, *_fuzz.* or *_benchmark.*.
std::vector<std::string> Check(const Tree& tree);

}  // namespace gort::layering

#endif  // GORT_TESTS_LAYERING_CHECK_H_
