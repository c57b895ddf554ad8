// Fetch: one page over HTTP/1.1.
#ifndef GORT_EXAMPLES_CRAWL_FETCH_H_
#define GORT_EXAMPLES_CRAWL_FETCH_H_

#include "absl/status/statusor.h"
#include "gort/examples/crawl/response_parser.h"
#include "gort/examples/crawl/url.h"
#include "gort/runtime/context/context.h"

namespace gort::examples::crawl {

// Asks for `url` on a connection of its own. Redirections are not followed: Page::location says where to.
// Runs on: any thread.  Blocks: G.
// Errors: the network's; ResponseParser's; DeadlineExceeded or Cancelled, once ctx is done.
absl::StatusOr<Page> Fetch(const Context& ctx, const Url& url);

}  // namespace gort::examples::crawl

#endif  // GORT_EXAMPLES_CRAWL_FETCH_H_
