"""Empty stand-ins for two repositories that Bazel 4 loads although a C++ build uses nothing of them.

Bazel 4 registers its Java toolchains in every workspace and gives every test a coverage tool; both lead to downloads from hosts
that an offline machine cannot reach. Bazel evaluates the labels only, so names without content are enough. Whoever builds Java
or measures coverage declares the real @rules_java and @remote_coverage_tools before calling gort_deps(): what exists is kept.
"""

_RULES_JAVA_DEFS = """\
java_binary = native.java_binary
java_import = native.java_import
java_library = native.java_library
java_runtime = native.java_runtime
java_test = native.java_test
java_toolchain = native.java_toolchain
"""

_COVERAGE_BUILD = """\
package(default_visibility = ["//visibility:public"])

[filegroup(name = name) for name in ["coverage_report_generator", "lcov_merger"]]
"""

def _rules_java_stub_impl(ctx):
    ctx.file("java/BUILD.bazel")
    ctx.file("java/defs.bzl", _RULES_JAVA_DEFS)

rules_java_stub = repository_rule(
    implementation = _rules_java_stub_impl,
    doc = "@rules_java with nothing but Bazel's built-in rules.",
)

def _remote_coverage_tools_stub_impl(ctx):
    ctx.file("BUILD.bazel", _COVERAGE_BUILD)

remote_coverage_tools_stub = repository_rule(
    implementation = _remote_coverage_tools_stub_impl,
    doc = "@remote_coverage_tools that merges no coverage.",
)
