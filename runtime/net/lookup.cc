#include "gort/runtime/net/lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/net/oserror.h"
#include "gort/runtime/select/select.h"

namespace gort::net {

namespace {

using Addresses = absl::StatusOr<std::vector<SockAddr>>;

absl::Status ResolverError(std::string_view what, int error) {
  switch (error) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
      return absl::NotFoundError(absl::StrCat("lookup ", what, ": no such host"));
    case EAI_SERVICE: return absl::NotFoundError(absl::StrCat("lookup ", what, ": unknown port"));
    default: return absl::UnavailableError(absl::StrCat("lookup ", what, ": ", gai_strerror(error)));
  }
}

// Runs on: any.  Blocks: G; the thread only under Blocking.
Addresses AskResolver(const std::string& host, const std::string& service, int type) {
  addrinfo hints = {};
  hints.ai_socktype = type;
  addrinfo* found = nullptr;
  const int error = Blocking([&] {
    return getaddrinfo(host.empty() ? nullptr : host.c_str(), service.empty() ? nullptr : service.c_str(), &hints, &found);
  });
  if (error != 0) {
    return ResolverError(host.empty() ? absl::StrCat(type == SOCK_STREAM ? "tcp/" : "udp/", service) : host, error);
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, &freeaddrinfo);
  std::vector<SockAddr> all;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    const SockAddr address = SockAddr::Of(at->ai_addr, at->ai_addrlen);
    if (std::find(all.begin(), all.end(), address) == all.end()) all.push_back(address);
  }
  return all;
}

// AskResolver that gives up when ctx ends: the resolver cannot be interrupted, so it goes on by itself.
Addresses AskResolver(const Context& ctx, const std::string& host, const std::string& service, int type) {
  if (!ctx.Done()) return AskResolver(host, service, type);
  using Answer = std::shared_ptr<Addresses>;
  Chan<Answer> answers = MakeChan<Answer>(1);
  Go([=] { answers.Send(std::make_shared<Addresses>(AskResolver(host, service, type))); });
  std::optional<Answer> answer;
  if (Select(Recv(answers, answer), Done(ctx)) == 0) return **answer;
  const absl::Status ended = internal::ContextError(ctx);
  return absl::Status(ended.code(), absl::StrCat("lookup ", host, ": ", ended.message()));
}

absl::StatusOr<std::uint16_t> ParsePort(const Context& ctx, const internal::Network& network, const std::string& port) {
  if (port.empty()) return 0;
  int number;
  if (absl::SimpleAtoi(port, &number)) {
    if (number >= 0 && number <= UINT16_MAX) return static_cast<std::uint16_t>(number);
    return absl::InvalidArgumentError(absl::StrCat("address ", port, ": invalid port"));
  }
  const Addresses found = AskResolver(ctx, "", port, network.type);
  if (!found.ok()) return found.status();
  return found->empty() ? 0 : found->front().port();
}

}  // namespace

absl::Status internal::ContextError(const Context& ctx) {
  const absl::Status error = ctx.Err();
  return absl::IsDeadlineExceeded(error) ? absl::DeadlineExceededError("i/o timeout") : absl::CancelledError("operation was canceled");
}

bool internal::Network::is_unix() const { return family == AF_UNIX; }

absl::StatusOr<internal::Network> internal::ParseNetwork(std::string_view network) {
  if (network == "tcp") return Network{SOCK_STREAM, AF_UNSPEC};
  if (network == "tcp4") return Network{SOCK_STREAM, AF_INET};
  if (network == "tcp6") return Network{SOCK_STREAM, AF_INET6};
  if (network == "udp") return Network{SOCK_DGRAM, AF_UNSPEC};
  if (network == "udp4") return Network{SOCK_DGRAM, AF_INET};
  if (network == "udp6") return Network{SOCK_DGRAM, AF_INET6};
  if (network == "unix") return Network{SOCK_STREAM, AF_UNIX};
  return absl::InvalidArgumentError(absl::StrCat("unknown network ", network));
}

absl::StatusOr<std::vector<SockAddr>> internal::Resolve(const Context& ctx, const Network& network, std::string_view network_name,
                                                        std::string_view address, bool listener) {
  if (network.is_unix()) {
    absl::StatusOr<SockAddr> path = SockAddr::Unix(address);
    if (!path.ok()) return path.status();
    return std::vector<SockAddr>{*path};
  }
  if (address.empty() && !listener) return absl::InvalidArgumentError("missing address");
  using Parts = std::pair<std::string, std::string>;
  const absl::StatusOr<Parts> parts = address.empty() ? Parts() : SplitHostPort(address);  // "": everywhere, at a free port
  if (!parts.ok()) return parts.status();
  const absl::StatusOr<std::uint16_t> port = ParsePort(ctx, network, parts->second);
  if (!port.ok()) return port.status();
  const std::string& host = parts->first;
  std::vector<SockAddr> all(1);
  if (host.empty() && listener) {
    all = {SockAddr::Any(network.family == AF_INET ? AF_INET : AF_INET6, *port)};
  } else if (host.empty()) {
    all.resize(2);
    SockAddr::Parse("127.0.0.1", *port, &all[0]);
    SockAddr::Parse("::1", *port, &all[1]);
  } else if (!SockAddr::Parse(host, *port, &all[0])) {
    Addresses found = AskResolver(ctx, host, "", network.type);
    if (!found.ok()) return found.status();
    all = *std::move(found);
  }
  if (network.family != AF_UNSPEC) {
    all.erase(std::remove_if(all.begin(), all.end(), [&](const SockAddr& a) { return a.family() != network.family; }), all.end());
  }
  if (all.empty()) return absl::NotFoundError(absl::StrCat("address ", host, ": no suitable address found for ", network_name));
  for (SockAddr& one : all) one.set_port(*port);
  return all;
}

absl::StatusOr<std::vector<std::string>> LookupHost(const Context& ctx, std::string_view host) {
  SockAddr number;
  Addresses found = std::vector<SockAddr>();
  if (SockAddr::Parse(host, 0, &number)) {
    found->push_back(number);
  } else if (host.empty()) {
    return absl::NotFoundError("lookup : no such host");
  } else {
    found = AskResolver(ctx, std::string(host), "", SOCK_STREAM);
    if (!found.ok()) return found.status();
  }
  std::vector<std::string> names;
  for (const SockAddr& address : *found) names.push_back(SplitHostPort(address.String())->first);
  return names;
}

}  // namespace gort::net
