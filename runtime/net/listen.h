// Listen: waits for who connects.
#ifndef GORT_RUNTIME_NET_LISTEN_H_
#define GORT_RUNTIME_NET_LISTEN_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gort/runtime/net/conn.h"

namespace gort::net {

namespace internal {
class ListeningSocket;
}

// A handle: copies are the same listener, and the last one closes it. Every thread may use it.
class Listener {
 public:
  // Refers to nothing: every call fails with InvalidArgument.
  Listener() = default;
  explicit Listener(std::shared_ptr<internal::ListeningSocket> impl) : impl_(std::move(impl)) {}

  // Waits for the next connection. When the process, or the system, has no descriptor or memory for it, it waits and tries again, from
  // 5 ms to 100 ms apart, as Go's servers do around their Accept: the connection stays in the kernel's queue.
  // Blocks: G.  Errors: DeadlineExceeded; Cancelled "accept tcp ...: use of closed network connection" once it is closed (after
  // 100 ms at most).
  absl::StatusOr<Conn> Accept() const;

  // Ends every Accept. Connections that were accepted stay. Removes the path of a Unix listener.
  absl::Status Close() const;

  // "127.0.0.1:39987", with the port that was chosen for 0; a path.
  std::string Addr() const;

  // Until when Accept may wait: as Conn::SetDeadline.
  absl::Status SetDeadline(absl::Time t) const;
  absl::Status SetDeadline(std::chrono::system_clock::time_point t) const { return SetDeadline(absl::FromChrono(t)); }

  // -1: closed.
  int fd() const;

  explicit operator bool() const { return impl_ != nullptr; }

 private:
  std::shared_ptr<internal::ListeningSocket> impl_;
};

// Listens on `network`: "tcp", "tcp4", "tcp6" with "host:port" (no host: all addresses of both kinds; port 0: a free one), "unix" with a
// path. A TCP address that was in use a moment ago may be used again (SO_REUSEADDR).
// Runs on: any thread.  Blocks: G, for the name.
// Errors: "listen tcp 127.0.0.1:80: bind: address already in use".  Source: Go 1.27 net.Listen.
absl::StatusOr<Listener> Listen(std::string_view network, std::string_view address);

}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_LISTEN_H_
