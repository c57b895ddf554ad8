// Proxy: accepts connections and relays each to the server.
#ifndef GORT_EXAMPLES_TCPPROXY_PROXY_H_
#define GORT_EXAMPLES_TCPPROXY_PROXY_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/examples/tcpproxy/counters.h"
#include "gort/examples/tcpproxy/faults.h"
#include "gort/examples/tcpproxy/relay.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/net/listen.h"
#include "gort/runtime/sync/mutex.h"

namespace gort::examples::tcpproxy {

// "host:port" is TCP; what begins with a slash is the path of a Unix socket.
std::string_view NetworkOf(std::string_view address);

struct ProxyOptions {
  std::string to;                                        // the server's address
  std::int64_t max_connections = 1024;                   // at once; more wait in the kernel's queue until one has ended
  absl::Duration connect_timeout = absl::Seconds(10);    // of the server
  absl::Duration idle_timeout = absl::InfiniteDuration();  // how long nothing may move either way; noticed half of that later at most
  absl::Duration grace = absl::Seconds(10);              // how long connections may go on once the proxy is to stop
  FaultOptions faults;
};

class Proxy {
 public:
  Proxy(net::Listener listener, ProxyOptions options) : listener_(std::move(listener)), options_(std::move(options)) {}
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // Accepts until ctx is done, and closes the listener. Then waits for the connections, resets those that are left after
  // options.grace, and returns when all are gone, with the goroutines that served them.
  // Runs on: any thread, once.  Blocks: G.  Errors: the listener's, if it ends for another reason.
  absl::Status Serve(const Context& ctx);

  const Counters& counters() const { return counters_; }

 private:
  // What Watch has seen of a relay: how much had moved, and at how many looks in a row it was that much.
  struct Progress {
    std::uint64_t moved = 0;
    int looks = 0;
  };

  absl::Status Accept(const Context& ctx, const Context& forced);
  void Handle(const Context& forced, net::Conn client, std::uint64_t number);
  void Watch(const Context& forced);

  const net::Listener listener_;
  const ProxyOptions options_;
  Counters counters_;
  Mutex mutex_;
  std::map<Relay*, Progress> relays_;  // those that run; guarded by mutex_
};

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_PROXY_H_
