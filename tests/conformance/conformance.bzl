"""A chapter of the conformance tests: one program, run with few Ps and many, and with the scheduler's choices from several seeds."""

load("//bazel:defs.bzl", "GORT_COPTS")
load("//rt0:defs.bzl", "gort_cc_binary")

# One P, as many as a small machine has CPUs, more, and many more. Seeds: any will do.
_SETTINGS = ["GORT_MAXPROCS=%d" % n for n in [1, 2, 8, 64]] + ["GORT_SCHED_SEED=%d" % n for n in [1, 27, 1964]]

def conformance_test(name, size = "small", **kwargs):
    """Declares <name>_test, which runs the GoogleTest in <name>_test.cc once with each setting.

    Args:
      name: of the chapter.
      size: of all runs together.
      **kwargs: passed on to the sh_test.
    """
    gort_cc_binary(
        name = name + "_program",
        testonly = True,
        srcs = [name + "_test.cc"],
        copts = GORT_COPTS,
        deps = [":testing"],
    )
    native.sh_test(
        name = name + "_test",
        size = size,
        srcs = ["each_setting.sh"],
        args = ["$(rootpath :%s_program)" % name] + _SETTINGS,
        data = [":%s_program" % name],
        **kwargs
    )
