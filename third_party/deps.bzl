"""The repositories that gort needs, for a WORKSPACE; MODULE.bazel lists the same for newer Bazels.

In another repository's WORKSPACE, after declaring @gort:

    load("@gort//third_party:deps.bzl", "gort_deps")
    gort_deps()

Bazel fetches a repository when a target asks for it: a consumer of layers 0 to 4 fetches rules_cc and nothing else. What the
caller has declared under the same name before is kept.
"""

load(":bazel_4_stubs.bzl", "remote_coverage_tools_stub", "rules_java_stub")
load(":upstream_archive.bzl", "upstream_archive")

def _unless_declared(rule, name, **kwargs):
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def gort_deps():
    """Declares what gort's libraries need: rules_cc for all, abseil from layer 5 up."""
    _unless_declared(
        upstream_archive,
        name = "rules_cc",
        debian_archive = "bazel-rules-cc_0.0.4.orig.tar.xz",
        debian_sha256 = "b147e1d69afb30b36616a9c7cf6c661b48e01d79581f36927eb39e04ffc572ff",
        debian_strip_prefix = "rules_cc-0.0.4",
        patches = [Label("//third_party:rules_cc.patch")],
        sha256 = "af6cc82d87db94585bceeda2561cb8a9d55ad435318ccb4ddfee18a43580fb5d",
        strip_prefix = "rules_cc-0.0.4",
        url = "https://github.com/bazelbuild/rules_cc/releases/download/0.0.4/rules_cc-0.0.4.tar.gz",
    )
    _unless_declared(
        upstream_archive,
        name = "com_google_absl",
        debian_archive = "abseil_20220623.1.orig.tar.gz",
        debian_sha256 = "abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe",
        debian_strip_prefix = "abseil-20220623.1",
        patches = [Label("//third_party:abseil.patch")],
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
        url = "https://github.com/abseil/abseil-cpp/archive/20220623.1.tar.gz",
    )
    _unless_declared(rules_java_stub, name = "rules_java")
    _unless_declared(remote_coverage_tools_stub, name = "remote_coverage_tools")

def gort_dev_deps():
    """Declares what gort's own tests and benchmarks need besides."""
    _unless_declared(
        upstream_archive,
        name = "com_google_googletest",
        debian_archive = "googletest_1.12.1.orig.tar.gz",
        debian_sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        debian_strip_prefix = "googletest-release-1.12.1",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
        url = "https://github.com/google/googletest/archive/release-1.12.1.tar.gz",
    )
    _unless_declared(
        upstream_archive,
        name = "com_github_google_benchmark",
        debian_archive = "benchmark_1.7.1.orig.tar.gz",
        debian_sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        debian_strip_prefix = "benchmark-1.7.1",
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        strip_prefix = "benchmark-1.7.1",
        url = "https://github.com/google/benchmark/archive/v1.7.1.tar.gz",
    )
