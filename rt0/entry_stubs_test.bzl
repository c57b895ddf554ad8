"""cc_header_files: the headers of libraries as files, for a test that calls a compiler which Bazel does not know."""

def _cc_header_files_impl(ctx):
    headers = depset(transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.attr.deps])
    return [DefaultInfo(
        files = headers,
        runfiles = ctx.runfiles(transitive_files = headers),
    )]

cc_header_files = rule(
    implementation = _cc_header_files_impl,
    attrs = {
        "deps": attr.label_list(
            mandatory = True,
            providers = [CcInfo],
            doc = "Libraries; their headers and those of what they depend on are the rule's files.",
        ),
    },
)
