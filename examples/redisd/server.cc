#include "gort/examples/redisd/server.h"

#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/time.h"

namespace gort::examples::redisd {
namespace {

constexpr absl::Duration kExpireEvery = absl::Milliseconds(100);
constexpr std::size_t kExpireAtOnce = 200;  // keys removed under the lock before others get it

}  // namespace

absl::Status Server::Serve(const Context& parent, const net::Listener& listener) {
  auto [ctx, cancel] = WithCancel(parent);
  databases_.shutdown = cancel;
  ContextAfterFunc(ctx, [listener] { (void)listener.Close(); });
  WaitGroup group;
  group.Go([this, ctx = ctx] { ExpireUntil(ctx); });
  absl::Status status;
  while (true) {
    absl::StatusOr<net::Conn> conn = listener.Accept();
    if (!conn.ok()) {
      if (ctx.Err().ok()) status = conn.status();
      break;
    }
    auto client = std::make_shared<Client>(*conn, &databases_, options_.client);
    if (!Add(client)) {
      (void)conn->Write("-ERR max number of clients reached\r\n");
      continue;
    }
    group.Go([this, client = std::move(client)] {
      client->Serve();
      std::lock_guard lock(mu_);
      clients_.erase(client);
    });
  }
  cancel();
  StopClients();
  group.Wait();
  return status;
}

// False: there are too many.
bool Server::Add(const std::shared_ptr<Client>& client) {
  std::lock_guard lock(mu_);
  return clients_.size() < options_.max_clients && clients_.insert(client).second;
}

// Also without this nobody sees an expired key; it would only keep its memory.
void Server::ExpireUntil(const Context& ctx) {
  while (Select(Done(ctx), Timeout(kExpireEvery)) == 1) {
    for (Store& store : databases_.stores) {
      std::size_t removed = 0;
      do {
        std::lock_guard lock(databases_.mu);
        removed = store.ExpireDue(absl::ToUnixMillis(absl::Now()), kExpireAtOnce);
      } while (removed == kExpireAtOnce);
    }
  }
}

void Server::StopClients() {
  const absl::Time deadline = absl::Now() + options_.shutdown_timeout;
  std::lock_guard lock(mu_);
  for (const std::shared_ptr<Client>& client : clients_) client->Stop(deadline);
}

}  // namespace gort::examples::redisd
