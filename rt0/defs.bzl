"""Programs and tests whose main is goroutine 1, behind our own entry point.

    load("@gort//rt0:defs.bzl", "gort_cc_binary", "gort_cc_test", "gort_cc_tests", "gort_freestanding_binary", "gort_sched_test")

gort_cc_binary and gort_cc_test take every attribute of cc_binary and cc_test. What they add is a dependency on //rt0, which is
enough by itself, and one on //runtime/debug:symbolize, which gives tracebacks their names (by abseil). In a GoogleTest,
every TEST body runs on goroutine 1. gort_cc_tests compiles such a test once and runs it in several environments; gort_sched_test runs
it once for each of many seeds of the scheduler.
gort_freestanding_binary links a static program without libc; its sources may use layers 0 to 4 only.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

_RT0 = Label("//rt0")
_SYMBOLIZE = Label("//runtime/debug:symbolize")
_RUN_SEEDS = Label("//rt0:run_seeds.sh")
_FREESTANDING = Label("//rt0:freestanding")
_FREESTANDING_MEM = Label("//runtime/sys:freestanding_mem")

_HOSTED = [str(_RT0), str(_SYMBOLIZE)]

def _with_hosted(deps):
    # Who names //rt0 as well says the same twice, which Bazel refuses. (A select() is left as it is.)
    own = []
    if type(deps) == "list":
        own = [str(native.package_relative_label(d)) if hasattr(native, "package_relative_label") else d for d in deps]
    rt0 = str(_RT0)
    said = rt0 in own or rt0[:-len(":rt0")] in own
    return deps + [d for d in _HOSTED if not (d == rt0 and said)]

def gort_cc_binary(name, deps = [], **kwargs):
    """cc_binary that starts at _rt0_<arch>_linux and runs main as goroutine 1."""
    cc_binary(name = name, deps = _with_hosted(deps), **kwargs)

def gort_cc_test(name, deps = [], **kwargs):
    """cc_test that starts at _rt0_<arch>_linux and runs main, GoogleTest's too, as goroutine 1."""
    cc_test(name = name, deps = _with_hosted(deps), **kwargs)

def gort_cc_tests(
        name,
        environments,
        srcs,
        copts = [],
        deps = [],
        tags = [],
        target_compatible_with = [],
        **kwargs):
    """One gort_cc_test for each environment, with the same sources, which are compiled once.

    Args:
      name: the library of the sources, for other tests that take them.
      environments: the name of each test, and its env.
      srcs: of the library, as copts and deps.
      copts: see srcs.
      deps: see srcs.
      tags: of the library and the tests.
      target_compatible_with: see tags.
      **kwargs: of the tests: size and what else cc_test takes.
    """
    cc_library(
        name = name,
        testonly = True,
        srcs = srcs,
        copts = copts,
        linkstatic = True,
        tags = tags,
        target_compatible_with = target_compatible_with,
        deps = deps,
        alwayslink = True,
    )
    for test, env in environments.items():
        gort_cc_test(
            name = test,
            env = env,
            tags = tags,
            target_compatible_with = target_compatible_with,
            deps = [":" + name],
            **kwargs
        )

def gort_sched_test(
        name,
        seeds = 100,
        size = None,
        timeout = None,
        flaky = None,
        shard_count = None,
        args = [],
        env = None,
        tags = [],
        **kwargs):
    """gort_cc_test that runs with GORT_SCHED_SEED=1, 2, ... `seeds`, and stops at the first seed that fails.

    It prints that seed, and how to run it alone: bazel test --test_env=GORT_SCHED_SEED=17 //package:name.
    docs/testing.md says what a seed decides.

    Args:
      name: the test; the program is `name`_program.
      seeds: how many.
      size: of all runs together, as timeout and flaky.
      timeout: see size.
      flaky: see size.
      shard_count: into how many processes that run at the same time Bazel may divide the seeds.
      args: of the program.
      env: of the program.
      tags: of both.
      **kwargs: srcs, deps and what else cc_binary takes.
    """
    gort_cc_binary(
        name = name + "_program",
        testonly = True,
        tags = tags,
        **kwargs
    )
    native.sh_test(
        name = name,
        size = size,
        timeout = timeout,
        srcs = [str(_RUN_SEEDS)],
        args = ["$(rootpath :%s_program)" % name, str(seeds)] + args,
        data = [":%s_program" % name],
        env = env,
        flaky = flaky,
        shard_count = shard_count,
        tags = tags,
    )

def gort_freestanding_binary(name, deps = [], linkopts = [], copts = [], features = [], tags = [], **kwargs):
    """A static program without libc, exceptions and RTTI: `int main(int argc, char** argv, char** envp)` is goroutine 1.

    Fatal errors are one line, and signals nobody's, unless deps names //runtime/sched:reports (runtime/sched/reports.h).

    For the smallest file add --copt=-Os to -c opt, and take the unwind tables out, which only debuggers read here, with
    `strip -R .eh_frame`: of 58 KB, stripped, 38 remain.
    """
    cc_binary(
        name = name,
        copts = [
            "-std=c++20",
            "-fno-exceptions",
            "-fno-rtti",
            "-fno-threadsafe-statics",
            "-fno-stack-protector",
            "-U_FORTIFY_SOURCE",
        ] + copts,
        # No start files and no shared objects.
        linkopts = [
            "-nostdlib",
            "-static",
            "-Wl,--gc-sections",
            "-Wl,-z,norelro",
            "-Wl,--build-id=none",
        ] + linkopts,
        linkstatic = True,
        # A position-independent program would have to relocate itself.
        features = features + ["-pie"],
        # Sanitizers need libc: our .bazelrc leaves targets with this tag out of such builds. A test of the program needs the tag too.
        tags = tags + ["no_sanitizer"],
        deps = deps + [str(_FREESTANDING), str(_FREESTANDING_MEM)],
        **kwargs
    )
