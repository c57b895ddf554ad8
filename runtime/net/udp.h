// UDPConn: datagrams, to one peer or to many.
#ifndef GORT_RUNTIME_NET_UDP_H_
#define GORT_RUNTIME_NET_UDP_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gort/runtime/net/address.h"
#include "gort/runtime/net/conn.h"

namespace gort::net {

namespace internal {
class Socket;
}

// The address of a UDP peer.
using UDPAddr = SockAddr;

// "host:port" as an address for WriteTo.
// Runs on: any thread.  Blocks: G.  Errors: as LookupHost.  Source: Go 1.27 net.ResolveUDPAddr.
absl::StatusOr<UDPAddr> ResolveUDPAddr(std::string_view network, std::string_view address);

// A handle; copies are the same socket, and the last one closes it. Every thread may use it. Deadlines, Close and errors are those
// of Conn. A datagram that does not fit is cut, without an error.
class UDPConn {
 public:
  UDPConn() = default;
  explicit UDPConn(std::shared_ptr<internal::Socket> socket) : socket_(std::move(socket)) {}

  // The next datagram; *from gets its sender's address. Returns its size; 0 is a datagram of no bytes.
  // Blocks: G.
  absl::StatusOr<std::size_t> ReadFrom(std::span<char> into, UDPAddr* from) const;
  // Sends one datagram.
  // Blocks: G, while the kernel has no room.
  absl::StatusOr<std::size_t> WriteTo(std::string_view datagram, const UDPAddr& to) const;
  absl::StatusOr<std::size_t> WriteTo(std::string_view datagram, std::string_view to) const;

  // For a connected one (DialUDP). A peer that does not listen is an error of a later call: "connection refused".
  absl::StatusOr<std::size_t> Read(std::span<char> into) const;
  absl::StatusOr<std::size_t> Write(std::string_view datagram) const;

  absl::Status Close() const;
  absl::Status SetDeadline(absl::Time t) const;
  absl::Status SetReadDeadline(absl::Time t) const;
  absl::Status SetWriteDeadline(absl::Time t) const;
  std::string LocalAddr() const;
  std::string RemoteAddr() const;  // empty: not connected
  int fd() const;

  explicit operator bool() const { return socket_ != nullptr; }

 private:
  std::shared_ptr<internal::Socket> socket_;
};

// A socket that receives on `address` ("udp", "udp4", "udp6"; port 0: a free one).
// Errors: "listen udp 127.0.0.1:53: bind: permission denied".  Source: Go 1.27 net.ListenPacket.
absl::StatusOr<UDPConn> ListenUDP(std::string_view network, std::string_view address);

// A socket for one peer.  Source: Go 1.27 net.DialUDP.
absl::StatusOr<UDPConn> DialUDP(std::string_view network, std::string_view address);

}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_UDP_H_
