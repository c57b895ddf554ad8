#include "gort/examples/crawl/crawler.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gort/examples/crawl/fetch.h"
#include "gort/examples/crawl/response_parser.h"
#include "gort/runtime/group/group.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/time/time.h"

namespace gort::examples::crawl {
namespace {

std::vector<Url> LinksOf(const Url& url, const Page& page) {
  std::vector<std::string> links;
  if (absl::StartsWith(page.content_type, "text/html")) links = FindLinks(page.body);
  if (page.status >= 300 && page.status < 400) links.push_back(page.location);
  std::vector<Url> urls;
  for (const std::string& link : links) {
    if (std::optional<Url> to = Resolve(url, link)) urls.push_back(*std::move(to));
  }
  return urls;
}

class Crawler {
 public:
  Crawler(const Context& ctx, const CrawlOptions& options) : ctx_(ctx), options_(options) {}

  std::vector<Result> Run(const std::vector<Url>& first) {
    for (const Url& url : first) hosts_.insert(url.authority);
    std::vector<Url> level = New(first);
    for (int depth = 0; depth <= options_.depth && !level.empty(); ++depth) level = FetchLevel(level);
    return std::move(results_);
  }

 private:
  // Those that have not been seen yet and are on our hosts.
  std::vector<Url> New(const std::vector<Url>& urls) {
    std::vector<Url> fresh;
    for (const Url& url : urls) {
      if (hosts_.contains(url.authority) && seen_.insert(url.ToString()).second) fresh.push_back(url);
    }
    return fresh;
  }

  // Fetches all of `level` side by side. Returns the next one.
  std::vector<Url> FetchLevel(const std::vector<Url>& level) {
    std::vector<Result> results(level.size());
    std::vector<std::vector<Url>> links(level.size());  // each goroutine writes its own element, Wait makes all of them ours
    Group group(ctx_);
    group.SetLimit(options_.parallel);
    for (std::size_t i = 0; i < level.size(); ++i) {
      group.Go([&, i] {
        results[i] = FetchOne(level[i], &links[i]);
        Progress();
      });
    }
    group.Wait().IgnoreError();  // a page that fails is a result, and stops nobody
    std::vector<Url> next;
    for (std::size_t i = 0; i < level.size(); ++i) {
      results_.push_back(std::move(results[i]));
      for (Url& url : New(links[i])) next.push_back(std::move(url));
    }
    return next;
  }

  Result FetchOne(const Url& url, std::vector<Url>* links) {
    const absl::Time begin = Now();
    const auto [ctx, cancel] = WithTimeout(ctx_, options_.timeout);
    const absl::StatusOr<Page> page = Fetch(ctx, url);
    cancel();
    Result result{.url = url, .error = page.status(), .took = Now() - begin};
    if (page.ok()) {
      result.status = page->status;
      result.bytes = page->body.size();
      *links = LinksOf(url, *page);
    }
    return result;
  }

  void Progress() {
    const std::lock_guard hold(mutex_);
    options_.progress(++fetched_, seen_.size());
  }

  const Context ctx_;
  const CrawlOptions& options_;
  std::set<std::string> hosts_;
  std::set<std::string> seen_;  // changes only between two levels
  std::vector<Result> results_;
  Mutex mutex_;
  std::size_t fetched_ = 0;  // guarded by mutex_
};

}  // namespace

std::vector<Result> Crawl(const Context& ctx, const std::vector<Url>& first, const CrawlOptions& options) {
  return Crawler(ctx, options).Run(first);
}

}  // namespace gort::examples::crawl
