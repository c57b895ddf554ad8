"""unstripped_binary: a program that keeps its debug information whatever --strip says.

Bazel links with -Wl,-S unless --strip=never or -c dbg is given, and no attribute of cc_binary can prevent that. Tests
that read debug information therefore take their programs from here: built in a configuration that differs in --strip
only.
"""

def _never_strip_impl(_settings, _attr):
    return {"//command_line_option:strip": "never"}

_never_strip = transition(
    implementation = _never_strip_impl,
    inputs = [],
    outputs = ["//command_line_option:strip"],
)

def _unstripped_binary_impl(ctx):
    # With a transition, a label attribute is a list of one.
    program = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = output, target_file = program, is_executable = True)
    return [DefaultInfo(
        executable = output,
        files = depset([output]),
        runfiles = ctx.runfiles(files = [output, program]),
    )]

unstripped_binary = rule(
    implementation = _unstripped_binary_impl,
    doc = "A link to `binary`, which is built with --strip=never.",
    attrs = {
        "binary": attr.label(
            doc = "A cc_binary; its own copts should say -g.",
            cfg = _never_strip,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
