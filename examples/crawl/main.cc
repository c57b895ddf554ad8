// Fetches pages, and the pages that they link to, many at once. docs/servers.md
//
//   ./bazelw run //examples/crawl -- --urls=http://127.0.0.1:8000/ --depth=2

#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gort/examples/crawl/crawler.h"
#include "gort/examples/crawl/url.h"
#include "gort/examples/flags/flags.h"
#include "gort/gort.h"

using gort::examples::BadFlag;
using gort::examples::crawl::CrawlOptions;
using gort::examples::crawl::Result;
using gort::examples::crawl::Url;

ABSL_FLAG(std::vector<std::string>, urls, {}, "where to begin, separated by commas; must be given");
ABSL_FLAG(int, parallel, 8, "how many pages to fetch at once");
ABSL_FLAG(int, depth, 1, "how many links to follow from there; 0: none");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(10), "how long to wait for each page");

namespace {

std::vector<Url> UrlsFromFlags() {
  std::vector<Url> urls;
  for (const std::string& text : absl::GetFlag(FLAGS_urls)) {
    absl::StatusOr<Url> url = gort::examples::crawl::ParseUrl(text);
    if (!url.ok()) BadFlag(absl::StrCat("--urls: ", url.status().message(), "."));
    urls.push_back(*std::move(url));
  }
  if (urls.empty()) BadFlag("--urls must say where to begin, as in --urls=http://127.0.0.1:8000/.");
  return urls;
}

CrawlOptions OptionsFromFlags() {
  CrawlOptions options;
  options.parallel = absl::GetFlag(FLAGS_parallel);
  options.depth = absl::GetFlag(FLAGS_depth);
  options.timeout = absl::GetFlag(FLAGS_timeout);
  if (options.parallel < 1) BadFlag("--parallel must be at least 1.");
  if (options.depth < 0) BadFlag("--depth must not be below 0.");
  if (options.timeout <= absl::ZeroDuration()) BadFlag("--timeout must be above 0.");
  // At most one line a second, however fast the pages come.
  options.progress = [last = gort::Now()](std::size_t fetched, std::size_t known) mutable {
    if (gort::Now() - last < absl::Seconds(1)) return;
    last = gort::Now();
    std::fprintf(stderr, "crawl: %zu pages of %zu that are known\n", fetched, known);
  };
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  gort::examples::ParseFlags(argc, argv, "Fetches pages and, on the same hosts, those that they link to; prints status, bytes and seconds of each.");
  const std::vector<Url> urls = UrlsFromFlags();
  const CrawlOptions options = OptionsFromFlags();
  const absl::Time begin = gort::Now();
  std::size_t failed = 0, bytes = 0;
  const std::vector<Result> results = gort::examples::crawl::Crawl(gort::Background(), urls, options);
  for (const Result& r : results) {
    failed += !r.error.ok() || r.status >= 400;
    bytes += r.bytes;
    const std::string status = r.error.ok() ? absl::StrCat(r.status) : "---";
    const std::string why = r.error.ok() ? "" : absl::StrCat(": ", r.error.message());
    std::printf("%s %8zu %7.3fs %s%s\n", status.c_str(), r.bytes, absl::ToDoubleSeconds(r.took), r.url.ToString().c_str(), why.c_str());
  }
  std::printf("%zu pages, %zu failed, %zu bytes, %.3fs\n", results.size(), failed, bytes, absl::ToDoubleSeconds(gort::Now() - begin));
  return failed == 0 ? 0 : 1;
}
