#include "gort/examples/crawl/fetch.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gort/runtime/net/conn.h"
#include "gort/runtime/net/dial.h"

namespace gort::examples::crawl {
namespace {

absl::StatusOr<Page> Exchange(const net::Conn& conn, const Url& url) {
  const std::string request =
      absl::StrCat("GET ", url.target, " HTTP/1.1\r\nHost: ", url.authority, "\r\nUser-Agent: gort-crawl\r\nConnection: close\r\n\r\n");
  if (absl::StatusOr<std::size_t> n = conn.Write(request); !n.ok()) return n.status();
  ResponseParser parser;
  char buffer[16 << 10];
  while (!parser.done()) {
    const absl::StatusOr<std::size_t> n = conn.Read(buffer);
    if (!n.ok()) return n.status();
    const absl::Status status = *n == 0 ? parser.End() : parser.Feed({buffer, *n});
    if (!status.ok()) return status;
  }
  return std::move(parser.page());
}

// What to say of a failure: the end of ctx, if that is why.
absl::Status Why(const Context& ctx, const absl::Status& failure) { return ctx.Err().ok() ? failure : ctx.Err(); }

}  // namespace

absl::StatusOr<Page> Fetch(const Context& ctx, const Url& url) {
  const absl::StatusOr<net::Conn> conn = net::DialContext(ctx, "tcp", url.Address());
  if (!conn.ok()) return Why(ctx, conn.status());
  // The end of ctx ends what the connection waits for. (Not UnixEpoch, which is absl::Time() and means: no deadline.)
  const StopFunc stop = ContextAfterFunc(ctx, [conn = *conn] { conn.SetDeadline(absl::InfinitePast()).IgnoreError(); });
  absl::StatusOr<Page> page = Exchange(*conn, url);
  stop();
  if (!page.ok()) return Why(ctx, page.status());
  return page;
}

}  // namespace gort::examples::crawl
