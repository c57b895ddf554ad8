"""A repository rule that fetches a pinned upstream archive from wherever this machine can reach it.

`http_archive` would do but for two facts: the build must work where a Debian mirror is reachable and GitHub is not, and the
mirror's host is the machine's own affair, so it may not stand in this repository. Debian mirrors carry the archives of upstream
("<source>_<version>.orig.tar.*"), and apt knows the mirrors. So the places are tried in this order:

  1. the directory in the environment variable GORT_DISTDIR (no network at all);
  2. the mirrors of the machine's apt configuration, if it has one;
  3. upstream's own URL.

An archive is only ever accepted by its sha256. The two forms of one release may differ in their bytes (Debian repacks some,
GitHub's generated archives change), hence two checksums. Bazel's own --distdir and repository cache work as for `http_archive`.
"""

def _file_name(url):
    return url.split("/")[-1]

def _apt_sites(ctx):
    """Returns the roots of the archives in apt's configuration, e.g. ["http://HOST/debian"]; [] without apt.

    `apt-get indextargets` reads the configuration only: it answers even where `apt-get update` has never run.
    """
    apt_get = ctx.which("apt-get")
    if not apt_get:
        return []
    result = ctx.execute([apt_get, "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Component: main"])
    if result.return_code != 0:
        return []
    sites = []
    for line in result.stdout.splitlines():
        site = line.strip().rstrip("/")
        if site.split(":")[0] in ("http", "https", "file") and site not in sites:
            sites.append(site)
    return sites

def _debian_urls(ctx):
    source = ctx.attr.debian_archive.split("_")[0]

    # Debian Policy fixes the layout of the pool: sources called lib* lie under four letters, all others under one.
    folder = source[:4] if source.startswith("lib") else source[:1]
    path = "/pool/main/{}/{}/{}".format(folder, source, ctx.attr.debian_archive)
    return [site + path for site in _apt_sites(ctx)]

def _attempts(ctx):
    """Returns what to try, in order: structs of the URLs of one and the same file, its sha256, and its top folder."""
    debian = struct(urls = _debian_urls(ctx), sha256 = ctx.attr.debian_sha256, strip_prefix = ctx.attr.debian_strip_prefix)
    upstream = struct(urls = [ctx.attr.url], sha256 = ctx.attr.sha256, strip_prefix = ctx.attr.strip_prefix)
    attempts = []
    distdir = ctx.os.environ.get("GORT_DISTDIR", "")
    if distdir:
        for name, like in [(ctx.attr.debian_archive, debian), (_file_name(ctx.attr.url), upstream)]:
            if ctx.path(distdir + "/" + name).exists:
                attempts.append(struct(
                    urls = ["file://" + distdir + "/" + name],
                    sha256 = like.sha256,
                    strip_prefix = like.strip_prefix,
                ))
    if debian.urls and debian.sha256 == upstream.sha256 and debian.strip_prefix == upstream.strip_prefix:
        attempts.append(struct(
            urls = debian.urls + upstream.urls,
            sha256 = debian.sha256,
            strip_prefix = debian.strip_prefix,
        ))
    else:
        if debian.urls:
            attempts.append(debian)
        attempts.append(upstream)
    return attempts

def _upstream_archive_impl(ctx):
    for attempt in _attempts(ctx):
        result = ctx.download_and_extract(
            url = attempt.urls,
            sha256 = attempt.sha256,
            stripPrefix = attempt.strip_prefix,
            allow_fail = True,
        )
        if result.success:
            for patch in ctx.attr.patches:
                ctx.patch(patch, strip = 1)
            return
    fail(("Could not fetch {name}: neither {debian} from the mirrors of this machine's apt configuration nor {url} could be " +
          "downloaded; put one of the two files into a folder and set GORT_DISTDIR to its absolute path " +
          "(see third_party/README.md).").format(
        name = ctx.name,
        debian = ctx.attr.debian_archive,
        url = ctx.attr.url,
    ))

upstream_archive = repository_rule(
    implementation = _upstream_archive_impl,
    attrs = {
        "debian_archive": attr.string(
            mandatory = True,
            doc = "File name of the upstream archive in Debian's pool: <source>_<version>.orig.tar.<compression>.",
        ),
        "debian_sha256": attr.string(mandatory = True, doc = "Checksum of `debian_archive`."),
        "debian_strip_prefix": attr.string(mandatory = True, doc = "Top folder inside `debian_archive`."),
        "patches": attr.label_list(doc = "Applied with -p1; each says at its head why it must exist."),
        "sha256": attr.string(mandatory = True, doc = "Checksum of the file at `url`."),
        "strip_prefix": attr.string(mandatory = True, doc = "Top folder inside the file at `url`."),
        "url": attr.string(mandatory = True, doc = "Upstream's own archive of the same release."),
    },
    environ = ["GORT_DISTDIR"],
    doc = "An upstream release, fetched by checksum from GORT_DISTDIR, a mirror that apt knows, or upstream.",
)
