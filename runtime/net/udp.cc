#include "gort/runtime/net/udp.h"

#include <netinet/in.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "gort/runtime/net/calls.h"
#include "gort/runtime/net/lookup.h"
#include "gort/runtime/net/oserror.h"
#include "gort/runtime/net/socket.h"

namespace gort::net {

namespace {

using internal::Call;
using internal::Op;
using internal::Socket;

struct Resolved {
  internal::Network network;
  UDPAddr address;
};

absl::StatusOr<Resolved> ResolveOne(std::string_view network, std::string_view address, bool listener) {
  const absl::StatusOr<internal::Network> parsed = internal::ParseNetwork(network);
  if (!parsed.ok()) return parsed.status();
  if (parsed->type != SOCK_DGRAM) return absl::InvalidArgumentError("unexpected address type");
  absl::StatusOr<std::vector<SockAddr>> all = internal::Resolve(Background(), *parsed, network, address, listener);
  if (!all.ok()) return all.status();
  // Of several, the first IPv4 one, as Go: who names a host mostly means that.
  const auto v4 = std::find_if(all->begin(), all->end(), [](const SockAddr& a) { return a.family() == AF_INET; });
  return Resolved{*parsed, v4 != all->end() ? *v4 : all->front()};
}

// A socket, and `call` (bind or connect) on it.
absl::StatusOr<UDPConn> Make(const Op& op, const Resolved& resolved, long call, const char* call_name) {
  const SockAddr& address = resolved.address;
  absl::StatusOr<std::shared_ptr<Socket>> socket = Socket::New(op, address.family(), SOCK_DGRAM);
  if (!socket.ok()) return socket.status();
  (*socket)->SetOption(SOL_SOCKET, SO_BROADCAST, 1);  // as Go
  if (address.family() == AF_INET6) {
    (*socket)->SetOption(IPPROTO_IPV6, IPV6_V6ONLY, resolved.network.family == AF_INET6 ? 1 : 0);
  }
  const long failed = (*socket)->descriptor().Use([&](int fd) { return Call(call, fd, address.get(), address.size()); });
  if (failed < 0) return internal::OpError(op, call_name, failed);
  (*socket)->NameEnds();
  return UDPConn(*std::move(socket));
}

}  // namespace

absl::StatusOr<UDPAddr> ResolveUDPAddr(std::string_view network, std::string_view address) {
  absl::StatusOr<Resolved> resolved = ResolveOne(network, address, false);
  if (!resolved.ok()) return resolved.status();
  return resolved->address;
}

absl::StatusOr<UDPConn> ListenUDP(std::string_view network, std::string_view address) {
  const absl::StatusOr<Resolved> resolved = ResolveOne(network, address, true);
  if (!resolved.ok()) return internal::OpError({"listen", network, "", ""}, resolved.status().code(), resolved.status().message());
  const std::string text = resolved->address.String();
  absl::StatusOr<UDPConn> conn = Make({"listen", network, "", text}, *resolved, SYS_bind, "bind");
  const std::uint16_t port = resolved->address.port();
  const bool any = resolved->address == SockAddr::Any(AF_INET6, port) && resolved->network.family == AF_UNSPEC;
  if (conn.ok() || !any || absl::IsAlreadyExists(conn.status()) || absl::IsPermissionDenied(conn.status())) return conn;
  // A machine without IPv6.
  const Resolved v4_any = {resolved->network, SockAddr::Any(AF_INET, port)};
  absl::StatusOr<UDPConn> v4_only = Make({"listen", network, "", text}, v4_any, SYS_bind, "bind");
  return v4_only.ok() ? std::move(v4_only) : std::move(conn);
}

absl::StatusOr<UDPConn> DialUDP(std::string_view network, std::string_view address) {
  const absl::StatusOr<Resolved> resolved = ResolveOne(network, address, false);
  if (!resolved.ok()) return internal::OpError({"dial", network, "", ""}, resolved.status().code(), resolved.status().message());
  const std::string text = resolved->address.String();
  return Make({"dial", network, "", text}, *resolved, SYS_connect, "connect");
}

absl::StatusOr<std::size_t> UDPConn::ReadFrom(std::span<char> into, UDPAddr* from) const {
  if (socket_ == nullptr) return internal::NoConn();
  const long n = socket_->descriptor().ReadWith(
      [&](int fd) { return Call(SYS_recvfrom, fd, into.data(), into.size(), 0, from->room(), from->room_size()); });
  if (n < 0) return internal::OpError(socket_->Where("read"), "recvfrom", n);
  return static_cast<std::size_t>(n);
}

absl::StatusOr<std::size_t> UDPConn::WriteTo(std::string_view datagram, const UDPAddr& to) const {
  if (socket_ == nullptr) return internal::NoConn();
  const long n = socket_->descriptor().WriteWith(
      [&](int fd) { return Call(SYS_sendto, fd, datagram.data(), datagram.size(), MSG_NOSIGNAL, to.get(), to.size()); });
  if (n >= 0) return static_cast<std::size_t>(n);
  const std::string text = to.String();
  Op op = socket_->Where("write");
  op.address = text;
  return internal::OpError(op, "sendto", n);
}

absl::StatusOr<std::size_t> UDPConn::WriteTo(std::string_view datagram, std::string_view to) const {
  if (socket_ == nullptr) return internal::NoConn();
  const absl::StatusOr<UDPAddr> address = ResolveUDPAddr(socket_->network(), to);
  if (!address.ok()) return internal::OpError(socket_->Where("write"), address.status().code(), address.status().message());
  return WriteTo(datagram, *address);
}

absl::StatusOr<std::size_t> UDPConn::Read(std::span<char> into) const {
  return socket_ != nullptr ? socket_->Read(into) : internal::NoConn();
}
absl::StatusOr<std::size_t> UDPConn::Write(std::string_view datagram) const {
  return socket_ != nullptr ? socket_->Write(datagram) : internal::NoConn();
}
absl::Status UDPConn::Close() const { return socket_ != nullptr ? socket_->Close() : internal::NoConn(); }
absl::Status UDPConn::SetDeadline(absl::Time t) const {
  return socket_ != nullptr ? socket_->SetDeadlines(true, true, t) : internal::NoConn();
}
absl::Status UDPConn::SetReadDeadline(absl::Time t) const {
  return socket_ != nullptr ? socket_->SetDeadlines(true, false, t) : internal::NoConn();
}
absl::Status UDPConn::SetWriteDeadline(absl::Time t) const {
  return socket_ != nullptr ? socket_->SetDeadlines(false, true, t) : internal::NoConn();
}
std::string UDPConn::LocalAddr() const { return socket_ != nullptr ? socket_->LocalAddr() : ""; }
std::string UDPConn::RemoteAddr() const { return socket_ != nullptr ? socket_->RemoteAddr() : ""; }
int UDPConn::fd() const { return socket_ != nullptr ? socket_->fd() : -1; }

}  // namespace gort::net
