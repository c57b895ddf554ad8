// Crawl: fetches pages and those that they link to.
#ifndef GORT_EXAMPLES_CRAWL_CRAWLER_H_
#define GORT_EXAMPLES_CRAWL_CRAWLER_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/examples/crawl/url.h"
#include "gort/runtime/context/context.h"

namespace gort::examples::crawl {

struct CrawlOptions {
  int parallel = 8;                            // pages at once
  int depth = 1;                               // how many links away from the first pages; 0: these alone
  absl::Duration timeout = absl::Seconds(10);  // for each page
  // Called now and then, from any goroutine, one call at a time.
  std::function<void(std::size_t fetched, std::size_t known)> progress = [](std::size_t, std::size_t) {};
};

struct Result {
  Url url;
  absl::Status error;  // OK: the server has answered
  int status = 0;      // of HTTP
  std::size_t bytes = 0;
  absl::Duration took;
};

// Fetches `first` and, level by level, what these pages link to on the hosts of `first`; each page once. A redirection is a link.
// Returns the pages in the order in which they were found, which does not depend on which server is faster. Once ctx is done the
// rest fails at once.
// Runs on: any thread.  Blocks: G.
std::vector<Result> Crawl(const Context& ctx, const std::vector<Url>& first, const CrawlOptions& options);

}  // namespace gort::examples::crawl

#endif  // GORT_EXAMPLES_CRAWL_CRAWLER_H_
