#include "gort/tests/layering/check.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

#include "gort/tests/layering/source.h"
#include "gort/tests/layering/starlark.h"

namespace gort::layering {
namespace {

constexpr char kTable[] = "bazel/layers.bzl";
constexpr int kLastFreestandingLayer = 4;
constexpr char kEntryPackage[] = "rt0";

// What tests of every layer may use: the entry point, and the umbrella to start goroutines with.
bool IsForTests(const std::string& package) { return package == kEntryPackage || package.empty(); }

// What a compiler brings along without a libc (freestanding headers of C++20, and parts of libstdc++ that are templates
// only), the kernel's own, the sanitizers', and <elf.h>, which is types and numbers.
bool IsFreestanding(const std::string& header) {
  static const std::set<std::string> kHeaders = {
      "array",    "atomic",   "bit",      "cfloat",      "climits",         "compare",    "concepts",
      "cstdarg",  "cstddef",  "cstdint",  "elf.h",       "float.h",         "functional", "initializer_list",
      "iterator", "limits",   "limits.h", "new",         "source_location", "span",       "stdarg.h",
      "stddef.h", "stdint.h", "tuple",    "type_traits", "utility",         "version",
  };
  return kHeaders.contains(header) || header.starts_with("asm/") || header.starts_with("linux/") ||
         header.starts_with("sanitizer/");
}

// The attributes whose labels are no code that is linked in or compiled.
bool IsCode(const std::string& attribute) {
  static const std::set<std::string> kOther = {"args",       "compatible_with", "data",      "env",
                                               "packages",   "restricted_to",   "tags",      "target_compatible_with",
                                               "toolchains", "tools",           "visibility"};
  return !kOther.contains(attribute);
}

std::string Folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool IsBuildFile(const std::string& path) { return BaseName(path) == "BUILD" || BaseName(path) == "BUILD.bazel"; }

// "//a/b:c" for the label "//a/b:c", "@gort//a/b:c", "//x/c" (as "//x/c:c") or, in package a/b, ":c" and "c". Empty for
// another repository's.
std::string Canonical(std::string label, const std::string& package) {
  if (label.starts_with("@gort//")) label.erase(0, std::string_view("@gort").size());
  if (label.starts_with('@')) return "";
  if (!label.starts_with("//")) return "//" + package + ":" + label.substr(label.starts_with(':') ? 1 : 0);
  if (label.find(':') == std::string::npos) label += ":" + BaseName(label);
  return label;
}

std::string PackageOf(const std::string& canonical_label) {
  return canonical_label.substr(2, canonical_label.find(':') - 2);
}

class Checker {
 public:
  explicit Checker(const Tree& tree) : tree_(tree) {}

  std::vector<std::string> Run() {
    ReadTable();
    if (!offences_.empty()) return offences_;
    for (const auto& [path, text] : tree_) {
      if (IsBuildFile(path)) ReadBuildFile(path, text);
    }
    for (const auto& [path, text] : tree_) {
      if (IsBuildFile(path)) {
        CheckBuildFile(path);
      } else if (!path.ends_with(".bzl")) {
        CheckSource(path, text);
      }
    }
    return offences_;
  }

 private:
  void Report(const std::string& path, int line, const std::string& sentence) {
    offences_.push_back(path + ":" + std::to_string(line) + ": " + sentence);
  }

  void ReadTable() {
    const auto table = tree_.find(kTable);
    if (table == tree_.end()) return Report(kTable, 1, "this file is missing; it holds the table LAYERS");
    const auto layers = ParseListOfLists(table->second, "LAYERS");
    abseil_from_ = ParseNumber(table->second, "ABSEIL_FROM");
    if (layers.empty()) return Report(kTable, 1, "LAYERS is missing or empty; it must be a list of lists of packages");
    if (abseil_from_ < 0) return Report(kTable, 1, "ABSEIL_FROM is missing; it must be the number of a layer");
    for (int layer = 0; layer < static_cast<int>(layers.size()); ++layer) {
      for (const std::string& package : layers[layer]) {
        if (!layer_of_.emplace(package, layer).second) {
          Report(kTable, 1, "package '" + package + "' stands in LAYERS twice; delete one");
        }
      }
    }
  }

  void ReadBuildFile(const std::string& path, const std::string& text) {
    const std::string package = Folder(path);
    for (Call& call : calls_[package] = ParseCalls(text)) {
      if (call.function == "alias" && !call.attributes["actual"].empty()) {
        aliases_[Canonical(call.attributes["name"][0], package)] = Canonical(call.attributes["actual"][0], package);
      }
      for (const auto& [attribute, strings] : call.attributes) {
        for (const std::string& string : strings) {
          const std::string file = Canonical(string, package);
          (IsTest(call) ? test_files_ : library_files_).insert(file);
        }
      }
    }
  }

  static bool IsTest(const Call& call) { return call.testonly || call.function.ends_with("_test") || call.function.ends_with("_tests"); }

  bool IsTestFile(const std::string& path, const std::string& package) const {
    const std::string file = Canonical(package.empty() ? path : path.substr(package.size() + 1), package);
    if (library_files_.contains(file)) return false;
    if (test_files_.contains(file)) return true;
    static const std::regex kTestName(R"(_(test|fuzz|benchmark)\.[^.]+$)");
    return std::regex_search(path, kTestName);
  }

  // The package that a file belongs to: the closest folder above with a BUILD file. False if there is none.
  bool OwnerOf(const std::string& path, std::string* package) const {
    for (std::string folder = path; !folder.empty();) {
      folder = Folder(folder);
      if (calls_.contains(folder)) {
        *package = folder;
        return true;
      }
    }
    return false;
  }

  void CheckBuildFile(const std::string& path) {
    const std::string package = Folder(path);
    const auto layer = layer_of_.find(package);
    if (layer == layer_of_.end()) {
      return Report(path, 1, "package //" + package + " has no layer; add it to LAYERS in " + kTable);
    }
    for (const Call& call : calls_[package]) {
      if (call.function == "alias" || call.function == "package_group") continue;
      if (!IsTest(call) && (call.function == "gort_cc_binary" || call.function == "gort_freestanding_binary")) {
        CheckUse(path, call.line, layer->second, kEntryPackage, false, call.function + " starts at //rt0, which");
      }
      for (const auto& [attribute, strings] : call.attributes) {
        if (!IsCode(attribute)) continue;
        for (const std::string& string : strings) CheckLabel(path, package, layer->second, call, string);
      }
    }
  }

  void CheckLabel(const std::string& path, const std::string& package, int layer, const Call& call,
                  const std::string& label) {
    if (label.starts_with("@com_google_absl") || label.starts_with("@abseil-cpp")) {
      return CheckAbseil(path, call.line, layer, label);
    }
    std::string target = Canonical(label, package);
    // An alias may stand for another; a circle of them is Bazel's to report.
    for (int i = 0; i < 10 && aliases_.contains(target); ++i) target = aliases_[target];
    // Every other string of the attribute reads as a target of the own package, and that is never an offence.
    if (target.empty() || target.starts_with("//conditions:")) return;
    CheckUse(path, call.line, layer, PackageOf(target), IsTest(call), "the dependency " + label);
  }

  void CheckAbseil(const std::string& path, int line, int layer, const std::string& what) {
    if (layer >= abseil_from_) return;
    Report(path, line,
           what + " is abseil's, which starts at layer " + std::to_string(abseil_from_) +
               "; this package is of layer " + std::to_string(layer) + ": do without");
  }

  // `what` in `path`, of a package of `layer`, uses `package`.
  void CheckUse(const std::string& path, int line, int layer, const std::string& package, bool is_test,
                const std::string& what) {
    if (package == "bazel" || package == "third_party" || (is_test && IsForTests(package))) return;
    const auto used = layer_of_.find(package);
    if (used == layer_of_.end()) return;  // its own BUILD file is reported; without one, Bazel reports it
    if (used->second <= layer) return;
    Report(path, line,
           what + " is of layer " + std::to_string(used->second) + ", above this package's " + std::to_string(layer) +
               "; let the upper package install a function instead, or move the code");
  }

  void CheckSource(const std::string& path, const std::string& text) {
    std::string package;
    if (!OwnerOf(path, &package) || !layer_of_.contains(package)) return;
    const int layer = layer_of_[package];
    const bool is_test = IsTestFile(path, package);
    const bool freestanding = layer <= kLastFreestandingLayer && !is_test;
    for (const Include& include : ParseIncludes(text)) {
      const std::string what = (include.angled ? "<" : "\"") + include.path + (include.angled ? ">" : "\"");
      std::string used;
      if (include.path.starts_with("absl/")) {
        CheckAbseil(path, include.line, layer, what);
      } else if (!include.angled && include.path.starts_with("gort/")) {
        if (OwnerOf(include.path.substr(std::string_view("gort/").size()), &used)) {
          CheckUse(path, include.line, layer, used, is_test, what);
        }
      } else if (freestanding && !IsFreestanding(include.path)) {
        Report(path, include.line,
               what + " needs libc or the C++ runtime, which layers 0 to 4 do without; declare what is used" +
                   " in runtime/sys, or move the code up");
      }
    }
    if (freestanding) CheckWords(path, text);
  }

  void CheckWords(const std::string& path, const std::string& text) {
    static const std::regex kForbidden(
        R"(\bthread_local\b|\bstd::((recursive_|timed_|shared_|recursive_timed_|shared_timed_)?mutex|condition_variable(_any)?|j?thread|call_once|once_flag)\b)");
    std::istringstream lines(WithoutCommentsAndLiterals(text));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      std::smatch match;
      if (!std::regex_search(line, match, kForbidden)) continue;
      Report(path, number,
             match.str() +
                 " belongs to a thread, and a goroutine changes threads; use runtime/lock or a field of m, p or g");
    }
  }

  const Tree& tree_;
  std::map<std::string, int> layer_of_;
  int abseil_from_ = -1;
  std::map<std::string, std::vector<Call>> calls_;  // by package
  std::map<std::string, std::string> aliases_;      // canonical label to canonical label
  std::set<std::string> library_files_;             // canonical labels that a target which is no test mentions
  std::set<std::string> test_files_;                // the same for tests
  std::vector<std::string> offences_;
};

}  // namespace

std::vector<std::string> Check(const Tree& tree) { return Checker(tree).Run(); }

}  // namespace gort::layering
