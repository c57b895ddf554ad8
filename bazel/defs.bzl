"""The rules that gort's own packages are written with: C++20, warnings as errors, headers included as "gort/<folder>/<file>.h".

    gort_cc_library(name, srcs, hdrs, deps, freestanding = False)    a library of any layer
    gort_unit_test(name, srcs, deps, freestanding = False)           GoogleTest on ordinary threads, without our entry point

Programs and tests that run on goroutines from the first instruction come from //rt0:defs.bzl.
"""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

# Nobody's warnings but ours stop a build: a newer compiler in another workspace knows warnings that we have not seen.
_IS_MAIN_REPOSITORY = str(Label("//bazel:defs.bzl")).split("//")[0] in ("", "@", "@@")

# -Wno-missing-field-initializers: a designated initializer leaves the other fields to their defaults on purpose; gcc 12 warns
# even then. Unused parameters do warn: leave the name out.
GORT_COPTS = [
    "-std=c++20",
    "-Wall",
    "-Wextra",
    "-Wno-missing-field-initializers",
] + (["-Werror"] if _IS_MAIN_REPOSITORY else [])

# For layers 0 to 4, which must also link with -nostdlib -static: no flag here changes an ABI, so the same objects serve hosted
# programs. What each one keeps out:
#   -fno-exceptions, -fno-rtti   the C++ runtime library
#   -fno-threadsafe-statics      __cxa_guard_acquire
#   -fno-stack-protector         the canary, which needs libc's TLS block and must not be checked across a stack switch
#   -U_FORTIFY_SOURCE            __memcpy_chk and its family
# Unwind tables stay: exceptions of the user's code and debuggers walk through our frames.
GORT_FREESTANDING_COPTS = GORT_COPTS + [
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fno-stack-protector",
    "-U_FORTIFY_SOURCE",
    "-fasynchronous-unwind-tables",
]

# For the user's own libraries and programs, together with a dependency on //runtime/preempt: goroutines then yield when their time
# is over and they call a function. docs/preemption.md
GORT_PREEMPT_COPTS = select({
    "@platforms//cpu:x86_64": ["-fsplit-stack"],
    "//conditions:default": [],
})

# With --config=race ThreadSanitizer must not see layers 0 to 4 (gstruct/sanitizers.h).
_RACE_INVISIBLE = select({
    str(Label("//bazel:race")): ["-fno-sanitize=thread"],
    "//conditions:default": [],
})

def gort_copts(freestanding):
    """Returns the flags of GORT_COPTS or GORT_FREESTANDING_COPTS; the base of every rule in this repository."""
    return GORT_FREESTANDING_COPTS + _RACE_INVISIBLE if freestanding else GORT_COPTS

def _is_header(src):
    return src.endswith(".h") or src.endswith(".inc")

def gort_private_headers(name, srcs, deps = [], **kwargs):
    """Makes the headers among `srcs` includable by their full "gort/..." name, for the rule `name` alone.

    Bazel gives include_prefix to `hdrs` only, so headers in `srcs` become a library of their own.

    Args:
      name: the rule that the headers belong to.
      srcs: its sources; those that are no headers are ignored.
      deps: what the headers include.
      **kwargs: passed on to cc_library, e.g. testonly.

    Returns:
      A list for the rule's deps: the label of the library, or nothing when there are no headers.
    """
    headers = [src for src in srcs if _is_header(src)]
    if not headers:
        return []
    library = name + "_private_headers"
    cc_library(
        name = library,
        hdrs = headers,
        include_prefix = "gort",
        strip_include_prefix = "/",
        visibility = ["//visibility:private"],
        deps = deps,
        **kwargs
    )
    return [":" + library]

def _for_cpu(srcs_by_cpu):
    if not srcs_by_cpu:
        return []
    return select(dict(
        [("@platforms//cpu:" + cpu, srcs) for cpu, srcs in srcs_by_cpu.items()],
        **{"//conditions:default": []}
    ))

def gort_cc_library(name, srcs = [], hdrs = [], deps = [], copts = [], freestanding = False, srcs_by_cpu = {}, **kwargs):
    """A library of gort: cc_library with our flags, our include path, and private unless it says otherwise.

    Args:
      name: the target; its public header is usually called the same.
      srcs: sources, assembly (.S), and headers for this target alone.
      hdrs: public headers, included as "gort/<package>/<file>.h", here and in every other repository.
      deps: libraries, all of lower layers or of the same package (bazel/layers.bzl).
      copts: flags after ours.
      freestanding: True for layers 0 to 4: no libc, no exceptions, no RTTI (GORT_FREESTANDING_COPTS).
      srcs_by_cpu: sources for one architecture, by the name of its constraint in @platforms//cpu ("x86_64", "aarch64", "riscv64").
      **kwargs: passed on to cc_library.
    """
    cc_library(
        name = name,
        srcs = [src for src in srcs if not _is_header(src)] + _for_cpu(srcs_by_cpu),
        hdrs = hdrs,
        copts = gort_copts(freestanding) + copts,
        include_prefix = "gort",
        # One archive, never a shared object: getg() uses initial-exec TLS, and there is one runtime per process.
        linkstatic = True,
        strip_include_prefix = "/",
        deps = deps + gort_private_headers(name, srcs, deps, testonly = kwargs.get("testonly", False)),
        **kwargs
    )

def gort_unit_test(name, srcs, deps = [], copts = [], freestanding = False, **kwargs):
    """A GoogleTest of a low layer, on ordinary threads under libc's own start: cc_test with gtest_main and our flags.

    Args:
      name: the target; ends in _test.
      srcs: sources, and headers for this test alone.
      deps: what is tested; GoogleTest and GoogleMock are added.
      copts: flags after ours.
      freestanding: compile the test itself like layers 0 to 4; for what behaves differently there.
      **kwargs: passed on to cc_test.
    """
    cc_test(
        name = name,
        srcs = [src for src in srcs if not _is_header(src)],
        copts = gort_copts(freestanding) + copts,
        linkstatic = True,
        deps = deps + gort_private_headers(name, srcs, deps, testonly = True) + [
            "@com_google_googletest//:gtest_main",
        ],
        **kwargs
    )
