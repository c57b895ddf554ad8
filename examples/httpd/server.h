// The server: accepts connections and serves each on a goroutine of its own.
//
//     Server server(listener, options);
//     absl::Status status = server.RunUntil(StopSignals(), absl::Seconds(30));
//
// A connection's deadlines follow what its client is late with: the next request (idle_timeout: it is closed), the rest of a head or
// of a body (408, and closed), or reading our answer (closed). So a client may be as slow as it likes, and keeps nobody up.
#ifndef GORT_EXAMPLES_HTTPD_SERVER_H_
#define GORT_EXAMPLES_HTTPD_SERVER_H_

#include <atomic>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/examples/httpd/serve.h"
#include "gort/gort.h"

namespace gort::examples::httpd {

struct ServerOptions {
  ServeOptions serve;  // without `draining`, which is the server's
  absl::Duration idle_timeout = absl::Minutes(2);
  absl::Duration read_header_timeout = absl::Seconds(10);
  absl::Duration read_body_timeout = absl::Minutes(1);
  absl::Duration write_timeout = absl::Minutes(1);  // of one write: 64 KiB of a file, or answers as a whole
  absl::Duration linger_timeout = absl::Seconds(1);  // for a client to read its last answer, while we ignore what it sends
  std::int64_t max_connections = 10'000;            // further ones wait in the kernel's queue
};

class Server {
 public:
  Server(net::Listener listener, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Accepts and serves until Shutdown; returns when the last connection has ended. Once.
  // Runs on: G.  Blocks: G.  Errors: what Accept says, if it is not Shutdown that has ended it.
  absl::Status Run();

  // Ends Run: no further connections, idle ones are closed, and the others after the request that they are at.
  // Runs on: G, like Close.  Blocks: never for long. May be called again.
  void Shutdown();

  // Shutdown that closes all connections now.
  void Close();

  // Run with Shutdown at the first value of `stops`, and Close at the second or after `grace`.
  // Runs on: G.  Blocks: G.  Errors: Run's.
  absl::Status RunUntil(const RecvChan<int>& stops, absl::Duration grace);

 private:
  class Connection;

  bool draining() const { return draining_.load(std::memory_order_acquire); }
  void ServeConnection(net::Conn conn);

  const net::Listener listener_;
  ServerOptions options_;
  std::atomic<bool> draining_{false};
  const std::pair<Context, CancelFunc> accepting_ = WithCancel(Background());  // who waits for a free connection
  Semaphore free_;
  WaitGroup running_;
  Mutex mutex_;
  std::unordered_set<Connection*> connections_;  // guarded by mutex_
};

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_SERVER_H_
