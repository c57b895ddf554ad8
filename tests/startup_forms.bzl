"""One program in every form that a linker can give it.

    startup_form_tests(name = "startup", program = ":startup_program")

declares for each of the forms below a `startup_form` (the linked program) and a sh_test of it, and the test suite `name`:

    startup_pie_bfd_test  startup_no_pie_gold_test  startup_static_lld_test  ...

The linker is part of the form, so a `startup_form` calls the compiler's driver itself, with what //rt0 and the other
libraries say of themselves (their archives and linkopts, in order), instead of leaving it to the toolchain's own choice. Where a
linker is missing the program is a script that says so, which the test reports as its reason to skip.
"""

# A form's flags for the link. gold cannot make a static-pie program.
_FORMS = {
    "pie": (["-pie"], ["bfd", "gold", "lld"]),
    "no_pie": (["-no-pie"], ["bfd", "gold", "lld"]),
    "static": (["-static"], ["bfd", "gold", "lld"]),
    "static_pie": (["-static-pie"], ["bfd", "lld"]),
}

# Links $PROGRAM from the arguments with the driver $CC and the linker $LINKER; "lto" stands for the one that has the plug-in.
_LINK = """
set -eu
linker=$LINKER
if [ "$linker" = lto ]; then
  case $("$CC" --version) in *clang*) linker=lld ;; *) linker=bfd ;; esac
fi
if ! "$CC" -fuse-ld=$linker -Wl,--version > /dev/null 2>&1; then
  printf '#!/bin/sh\\necho "skipped: the linker %s is not installed"\\n' $linker > "$PROGRAM"
  chmod +x "$PROGRAM"
  exit 0
fi
"$CC" -fuse-ld=$linker "$@" -o "$PROGRAM" -lstdc++ -lm
"""

def _library_flags(library, pic):
    static = library.pic_static_library or library.static_library
    if not pic and library.static_library:
        static = library.static_library
    if not static:
        return ([], [])
    if library.alwayslink:
        return ([static], ["-Wl,--whole-archive", static.path, "-Wl,--no-whole-archive"])
    return ([static], [static.path])

def _startup_form_impl(ctx):
    cc_toolchain = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo]
    program = ctx.actions.declare_file(ctx.label.name)
    pic = "-pie" in ctx.attr.linkopts or "-static-pie" in ctx.attr.linkopts
    inputs = []
    archives = []
    linkopts = []
    for linker_input in ctx.attr.program[CcInfo].linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            (files, flags) = _library_flags(library, pic)
            inputs += files
            archives += flags
        linkopts += linker_input.user_link_flags
    ctx.actions.run_shell(
        inputs = depset(inputs, transitive = [cc_toolchain.all_files]),
        outputs = [program],
        command = _LINK,
        arguments = ctx.attr.linkopts + archives + linkopts,
        env = {
            "CC": cc_toolchain.compiler_executable,
            "LINKER": ctx.attr.linker,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PROGRAM": program.path,
        },
        mnemonic = "StartupForm",
        progress_message = "Linking %s" % ctx.label,
    )
    return [DefaultInfo(
        executable = program,
        files = depset([program]),
    )]

startup_form = rule(
    implementation = _startup_form_impl,
    executable = True,
    attrs = {
        "linker": attr.string(
            mandatory = True,
            doc = "bfd, gold, lld, or lto for the compiler's own one with link-time optimization.",
        ),
        "linkopts": attr.string_list(
            mandatory = True,
            doc = "What makes the form, for instance [\"-static\"].",
        ),
        "program": attr.label(
            mandatory = True,
            providers = [CcInfo],
            doc = "A cc_library with main in it, alwayslink.",
        ),
        "_cc_toolchain": attr.label(default = Label("@bazel_tools//tools/cpp:current_cc_toolchain")),
    },
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _form_test(name, **kwargs):
    startup_form(
        name = name,
        testonly = True,
        tags = [
            "manual",
            "no_sanitizer",
        ],
        **kwargs
    )
    native.sh_test(
        name = name + "_test",
        size = "small",
        timeout = "moderate",  # gdb and valgrind on a busy machine
        srcs = ["startup_form_test.sh"],
        args = [
            "$(location :%s)" % name,
            "$(location :startup_exec)",
        ],
        data = [
            ":" + name,
            ":startup_exec",
        ],
        # A sanitizer's runtime would have to be linked too, and static it cannot be.
        tags = ["no_sanitizer"],
        target_compatible_with = ["@platforms//cpu:x86_64"],
    )
    return name + "_test"

def startup_form_tests(name, program, lto_program):
    """Declares the forms, their tests, and a test suite of them.

    Args:
      name: of the suite; the forms are called after it, their flags and their linker.
      program: a cc_library with main in it, alwayslink.
      lto_program: the same, compiled with -flto.
      target_compatible_with: for all of them.
    """
    tests = []
    for form, (linkopts, linkers) in _FORMS.items():
        for linker in linkers:
            tests.append(_form_test(
                name = "%s_%s_%s" % (name, form, linker),
                linker = linker,
                linkopts = linkopts,
                program = program,
            ))
    tests.append(_form_test(
        name = name + "_lto",
        linker = "lto",
        linkopts = [
            "-flto",
            "-pie",
        ],
        program = lto_program,
    ))
    native.test_suite(
        name = name,
        # Also what keeps the suite itself, which would build its tests, out of sanitized builds.
        tags = ["no_sanitizer"],
        tests = tests,
    )
