// Dial: connects to somebody.
#ifndef GORT_RUNTIME_NET_DIAL_H_
#define GORT_RUNTIME_NET_DIAL_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/net/conn.h"

namespace gort::net {

// Connects to `address` on `network`: "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6" with "host:port"; "unix" with a path ("@x": an
// abstract one). A host with several addresses is tried by the order of the resolver; if there are both kinds of IP address, those of
// the second kind are tried at the same time from 300 ms on, or as soon as the first kind has failed (RFC 8305).
// Runs on: any thread.  Blocks: G.
// Errors: Go's texts: "dial tcp 127.0.0.1:1: connect: connection refused". When ctx ends: DeadlineExceeded "dial tcp ...: i/o
// timeout", or Cancelled "...: operation was canceled".
// Source: Go 1.27 net.Dialer.DialContext, its defaults.
absl::StatusOr<Conn> DialContext(const Context& ctx, std::string_view network, std::string_view address);
absl::StatusOr<Conn> Dial(std::string_view network, std::string_view address);

}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_DIAL_H_
