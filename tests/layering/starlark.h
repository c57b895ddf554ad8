// Enough of Starlark to see what BUILD files and layers.bzl say: the calls of rules with the strings in their attributes,
// and a list of lists. No expression is evaluated: a string counts wherever it stands in an attribute, in a select, in a
// glob or behind an `if`.
#ifndef GORT_TESTS_LAYERING_STARLARK_H_
#define GORT_TESTS_LAYERING_STARLARK_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gort::layering {

// A call that gives a `name`: a target, or several when it stands in a comprehension.
struct Call {
  std::string function;  // cc_library, gort_unit_test, ...
  int line = 0;          // of the function's name, from 1
  bool testonly = false;
  std::map<std::string, std::vector<std::string>> attributes;  // the strings of each, in the order of the file
};

// The targets of a BUILD file. What is no Starlark gives whatever can be made of it: Bazel itself reports such a file.
std::vector<Call> ParseCalls(std::string_view build_file);

// The list of lists of strings that `variable` is set to, at the top level of a .bzl file. Empty if there is none.
std::vector<std::vector<std::string>> ParseListOfLists(std::string_view bzl_file, std::string_view variable);

// The number that `variable` is set to, or -1 if there is none.
int ParseNumber(std::string_view bzl_file, std::string_view variable);

}  // namespace gort::layering

#endif  // GORT_TESTS_LAYERING_STARLARK_H_
