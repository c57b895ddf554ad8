// Accepts connections until it is told to stop, and removes keys that have expired.
#ifndef GORT_EXAMPLES_REDISD_SERVER_H_
#define GORT_EXAMPLES_REDISD_SERVER_H_

#include <cstddef>
#include <memory>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/examples/redisd/client.h"
#include "gort/examples/redisd/session.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/net/listen.h"
#include "gort/runtime/sync/mutex.h"

namespace gort::examples::redisd {

struct ServerOptions {
  ClientOptions client;
  std::size_t max_clients = 10'000;                    // one more gets an error and is disconnected
  absl::Duration shutdown_timeout = absl::Seconds(5);  // for clients that do not read their last replies
};

class Server {
 public:
  explicit Server(const ServerOptions& options) : options_(options) {}

  // Serves until `ctx` is done or a client says SHUTDOWN. Then the listener is closed, commands that have been read are answered, and it
  // returns when every connection has ended. To be called once.
  // Runs on: G.  Blocks: G.  Errors: of the listener; OK after a stop.
  absl::Status Serve(const Context& ctx, const net::Listener& listener);

 private:
  bool Add(const std::shared_ptr<Client>& client);
  void ExpireUntil(const Context& ctx);
  void StopClients();

  const ServerOptions options_;
  Databases databases_;

  Mutex mu_;  // guards what follows
  absl::flat_hash_set<std::shared_ptr<Client>> clients_;
};

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_SERVER_H_
