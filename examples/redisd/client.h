// One connection: reads, executes, writes.
#ifndef GORT_EXAMPLES_REDISD_CLIENT_H_
#define GORT_EXAMPLES_REDISD_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "gort/examples/redisd/pubsub.h"
#include "gort/examples/redisd/session.h"
#include "gort/runtime/net/conn.h"
#include "gort/runtime/sync/cond.h"
#include "gort/runtime/sync/mutex.h"

namespace gort::examples::redisd {

struct ClientOptions {
  // A client that sends nothing for so long is disconnected; zero: never.
  absl::Duration idle_timeout;
  // Messages that a subscriber has not read; more, and it is disconnected.
  std::size_t max_pending_bytes = 32u << 20;
};

// Who writes to the connection:
//
//     no subscription      the client's own goroutine, the replies to all commands of one read at once
//     subscribed           a goroutine that lives while something is pending: messages and replies, as Deliver queued them
//
// So a publisher never waits for a subscriber, and a connection that does not subscribe needs no second goroutine.
class Client : public Subscriber, public std::enable_shared_from_this<Client> {
 public:
  Client(net::Conn conn, Databases* databases, const ClientOptions& options)
      : conn_(std::move(conn)), databases_(databases), options_(options) {}

  // Serves the connection until either side ends it, and closes it.
  // Runs on: G.  Blocks: G.
  void Serve();

  // Queues `bytes` for the goroutine that writes.
  // Runs on: G.  Blocks: never.
  void Deliver(std::string_view bytes) override;

  // Makes Serve return: the commands that have been read are executed, and their replies may take until `deadline`.
  // Blocks: never.
  void Stop(absl::Time deadline);

 private:
  bool Write(std::string_view replies);
  void WritePending();
  void AwaitWriter();
  bool AwaitsInput(const Session& session);

  const net::Conn conn_;
  Databases* const databases_;
  const ClientOptions options_;

  Mutex mu_;           // guards all that follows
  Cond written_{mu_};  // writing_ has become false
  std::string pending_;
  bool writing_ = false;  // a goroutine runs WritePending
  bool broken_ = false;   // the connection is lost, or too slow: nothing more is queued
  bool stopping_ = false;
};

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_CLIENT_H_
