// The files of a source tree that say something about layers.
#ifndef GORT_TESTS_LAYERING_TREE_H_
#define GORT_TESTS_LAYERING_TREE_H_

#include <map>
#include <string>

namespace gort::layering {

// Path from the root, with '/', to contents.
using Tree = std::map<std::string, std::string>;

// BUILD files, .bzl files and C, C++ and assembly sources below `root`. Left out: hidden folders, what a symbolic link
// leads to (bazel-bin and its like), and workspaces within the workspace, which are other repositories.
Tree ReadTree(const std::string& root);

}  // namespace gort::layering

#endif  // GORT_TESTS_LAYERING_TREE_H_
