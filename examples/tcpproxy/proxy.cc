#include "gort/examples/tcpproxy/proxy.h"

#include <cstdio>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/group/semaphore.h"
#include "gort/runtime/net/dial.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/sync/waitgroup.h"

namespace gort::examples::tcpproxy {
namespace {

// Watch looks so many times in an idle_timeout.
constexpr int kLooks = 4;

}  // namespace

std::string_view NetworkOf(std::string_view address) { return address.starts_with('/') ? "unix" : "tcp"; }

absl::Status Proxy::Serve(const Context& ctx) {
  const auto [forced, force] = WithCancel(Background());  // done: every connection is to end at once
  WaitGroup helpers;
  helpers.Go([this, forced = forced] { Watch(forced); });
  helpers.Go([this, ctx, forced = forced, force = force] {
    if (Select(Done(forced), Done(ctx)) == 0) return;
    listener_.Close().IgnoreError();
    Select(Done(forced), Timeout(options_.grace));
    force();
  });
  const absl::Status status = Accept(ctx, forced);
  force();  // nobody is left; it ends the helpers
  helpers.Wait();
  return ctx.Err().ok() ? status : absl::OkStatus();
}

// Returns when the connections that it accepted are gone.
absl::Status Proxy::Accept(const Context& ctx, const Context& forced) {
  Semaphore free(options_.max_connections);
  WaitGroup relays;
  absl::Status status;
  for (std::uint64_t number = 1; status.ok(); ++number) {
    status = free.Acquire(ctx, 1);
    if (!status.ok()) break;
    absl::StatusOr<net::Conn> client = listener_.Accept();
    status = client.status();
    if (!status.ok()) break;
    ++counters_.accepted;
    ++counters_.active;
    relays.Go([this, &free, &forced, number, client = *std::move(client)] {
      Handle(forced, client, number);
      --counters_.active;
      free.Release(1);
    });
  }
  relays.Wait();
  return status;
}

void Proxy::Handle(const Context& forced, net::Conn client, std::uint64_t number) {
  const auto [connecting, cancel] = WithTimeout(forced, options_.connect_timeout);
  const absl::StatusOr<net::Conn> server = net::DialContext(connecting, NetworkOf(options_.to), options_.to);
  cancel();
  if (!server.ok()) {
    ++counters_.unreached;
    const std::string text = absl::StrCat("tcpproxy: ", server.status().message(), "\n");
    std::fputs(text.c_str(), stderr);
    Reset(client);
    return;
  }
  Relay relay(std::move(client), *server, options_.faults, number, counters_);
  {
    const std::lock_guard hold(mutex_);
    // Under the lock, because Watch asks once: it finds the relay, or the relay finds this.
    if (!forced.Err().ok()) relay.Abort();
    relays_.emplace(&relay, Progress());
  }
  relay.Run();
  const std::lock_guard hold(mutex_);
  relays_.erase(&relay);
}

// Resets what does not move, and everything once `forced` is done.
void Proxy::Watch(const Context& forced) {
  for (bool all = false; !all;) {
    all = Select(Done(forced), Timeout(options_.idle_timeout / kLooks)) == 0;
    const std::lock_guard hold(mutex_);
    for (auto& [relay, progress] : relays_) {
      const std::uint64_t moved = relay->moved();
      progress = {moved, moved == progress.moved ? progress.looks + 1 : 0};
      // The first look may have come right after the last byte: one more than kLooks.
      const bool idle = progress.looks > kLooks;
      if ((all || idle) && relay->Abort() && idle) ++counters_.idle;
    }
  }
}

}  // namespace gort::examples::tcpproxy
