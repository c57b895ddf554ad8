// Names to addresses: by the system's resolver, getaddrinfo, which blocks its thread and so runs under Blocking.
#ifndef GORT_RUNTIME_NET_LOOKUP_H_
#define GORT_RUNTIME_NET_LOOKUP_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/net/address.h"

namespace gort::net {

// The addresses of a host, "127.0.0.1", "::1", in the order in which they should be tried; of a number, itself.
// When ctx ends it returns at once, and the resolver's answer is dropped when it comes.
// Runs on: any thread.  Blocks: G.
// Errors: NotFound "lookup x: no such host"; Unavailable for a resolver that does not answer; ctx's: Cancelled "lookup x: operation
// was canceled", DeadlineExceeded "lookup x: i/o timeout".
// Source: Go 1.27 net.Resolver.LookupHost.
absl::StatusOr<std::vector<std::string>> LookupHost(const Context& ctx, std::string_view host);

namespace internal {

// What network names Listen and Dial know, in parts: "tcp4" is a stream of IPv4.
struct Network {
  int type;       // SOCK_STREAM, SOCK_DGRAM
  int family;     // AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC: IPv4 or IPv6
  bool is_unix() const;
};
// Errors: InvalidArgument "unknown network x".
absl::StatusOr<Network> ParseNetwork(std::string_view network);

// What `address` may stand for, at least one. An empty host is Any() for a listener, and this machine for who dials.
// Errors: as LookupHost; InvalidArgument for a malformed address.
absl::StatusOr<std::vector<SockAddr>> Resolve(const Context& ctx, const Network& network, std::string_view network_name,
                                              std::string_view address, bool listener);

// What the end of ctx is called here.
absl::Status ContextError(const Context& ctx);

}  // namespace internal
}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_LOOKUP_H_
