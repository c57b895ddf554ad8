#include "gort/tests/layering/tree.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace gort::layering {
namespace {

namespace fs = std::filesystem;

bool IsInteresting(const fs::path& path) {
  static const std::set<std::string> kExtensions = {".bzl", ".c", ".cc", ".cpp", ".h", ".inc", ".S"};
  return path.filename() == "BUILD" || path.filename() == "BUILD.bazel" || kExtensions.contains(path.extension());
}

bool IsAnotherRepository(const fs::path& folder) {
  return fs::exists(folder / "WORKSPACE") || fs::exists(folder / "WORKSPACE.bazel") ||
         fs::exists(folder / "MODULE.bazel");
}

}  // namespace

Tree ReadTree(const std::string& root) {
  Tree tree;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    const fs::path& path = entry->path();
    if (entry->is_symlink()) {
      continue;  // the iterator does not follow links to folders
    }
    if (entry->is_directory()) {
      if (path.filename().string().starts_with('.') || IsAnotherRepository(path)) entry.disable_recursion_pending();
    } else if (IsInteresting(path)) {
      std::ifstream file(path);
      tree[path.lexically_relative(root).generic_string()] =
          std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  return tree;
}

}  // namespace gort::layering
