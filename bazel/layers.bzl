"""The order of gort's packages, bottom to top, in one place; visibility enforces it.

A package may depend on packages of its own layer and of lower ones; within a layer Bazel's ban on cycles keeps an order. The rest
follows from one line per library:

    visibility = ["//bazel:layer2_and_up"]     # in stack/BUILD.bazel, for the target that is the package's interface

which lets in every package of layer 2 or higher and every other repository, and nobody below. Targets without such a line stay
private. Every package of the repository stands in LAYERS: //tests:layering_test compares the table, as //bazel:layers.txt, with the
tree, because a package that is missing here would count as being above all others.

Two things are outside the order. //rt0 is public: tests of low layers may run behind our entry point, and visibility cannot tell
a test from a library (//tests:layering_test can). Dependencies such as abseil are not ours: only layers from ABSEIL_FROM up may use it.
"""

LAYERS = [
    # 0: what a goroutine is in memory; headers only.
    [
        "gstruct",
    ],
    # 1: the kernel; no malloc, no libc beyond what sys wraps, no thread_local.
    [
        "runtime/lock",
        "runtime/mem",
        "runtime/sys",
    ],
    # 2: where a goroutine runs, and how to get there.
    [
        "runtime/switch",
        "stack",
    ],
    # 3
    [
        "runtime/sched",
    ],
    # 4: what a goroutine waits for. The last layer that also builds without libc.
    [
        "runtime/chan",
        "runtime/netpoll",
        "runtime/sema",
        "runtime/timer",
    ],
    # 5: what a user calls. abseil from here up.
    [
        "runtime/channel",
        "runtime/context",
        "runtime/goroutine",
        "runtime/group",
        "runtime/net",
        "runtime/os",
        "runtime/panic",
        "runtime/preempt",
        "runtime/select",
        "runtime/signal",
        "runtime/sync",
        "runtime/thread",
        "runtime/time",
    ],
    # 6: what ties it together, and what looks at it from outside.
    [
        "",
        "bazel",
        "benchmarks",
        "docs",
        "examples",
        "examples/crawl",
        "examples/debugging",
        "examples/flags",
        "examples/httpd",
        "examples/redisd",
        "examples/tcpproxy",
        "gstruct/crosscheck",
        "rt0",
        "runtime",
        "runtime/debug",
        "runtime/debug/tlslint",
        "runtime/debug/gdb",
        "runtime/debug/lldb",
        "runtime/guest",
        "runtime/metrics",
        "runtime/synctest",
        "runtime/trace",
        "runtime/trace/view",
        "tests",
        "tests/conformance",
        "tests/crash",
        "tests/deadlock",
        "tests/freestanding",
        "tests/gdb",
        "tests/hostile",
        "tests/sanitizers",
        "tests/stress",
        "third_party",
    ],
]

ABSEIL_FROM = 5

# What matches the packages of all repositories in a package_group: "//..." for Bazel 4 and 5, "public" for newer ones, where
# "//..." means this repository alone. `module_name` came with the latter.
_EVERYWHERE = "public" if hasattr(native, "module_name") else "//..."

def layer_package_groups():
    """Declares layer0_and_up, layer1_and_up, ...: everywhere but the packages of lower layers."""
    below = []
    for number, packages in enumerate(LAYERS):
        native.package_group(
            name = "layer{}_and_up".format(number),
            packages = [_EVERYWHERE] + below,
        )
        below = below + ["-//" + package for package in packages]

def layers_text():
    """Returns the table for programs: a line "<layer> //<package>" each, lowest layer first."""
    return "".join([
        "{} //{}\n".format(number, package)
        for number, packages in enumerate(LAYERS)
        for package in packages
    ])
