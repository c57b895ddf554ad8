// Addresses: "host:port", paths of Unix sockets, and what the kernel calls them.
#ifndef GORT_RUNTIME_NET_ADDRESS_H_
#define GORT_RUNTIME_NET_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace gort::net {

// "host:port" or "[host]:port" in its parts, the brackets taken away.
// Errors: InvalidArgument with Go's text: "address x: missing port in address". Source: Go 1.27 net.SplitHostPort.
absl::StatusOr<std::pair<std::string, std::string>> SplitHostPort(std::string_view address);

// The reverse; a host with a colon gets brackets. Source: Go 1.27 net.JoinHostPort.
std::string JoinHostPort(std::string_view host, std::string_view port);

// An address as the kernel has it. Copyable, without memory of its own.
class SockAddr {
 public:
  SockAddr() = default;

  // "127.0.0.1:80", "[::1]:80"; a path, "@name" for an abstract one, "@" for none. Empty for a family that is none of these.
  std::string String() const;

  int family() const { return storage_.ss_family; }
  // The port of an IP address; 0 for others.
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  bool empty() const { return size_ == 0; }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* room() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  // For the kernel to write: set to sizeof(sockaddr_storage) before.
  socklen_t* room_size() {
    size_ = sizeof(storage_);
    return &size_;
  }

  // An IP address in numbers, "127.0.0.1" or "fe80::1%eth0". False: it is none.
  static bool Parse(std::string_view host, std::uint16_t port, SockAddr* out);
  // [::] or 0.0.0.0.
  static SockAddr Any(int family, std::uint16_t port);
  static SockAddr Of(const sockaddr* address, socklen_t size);
  // Errors: InvalidArgument for a path of more than 107 bytes.
  static absl::StatusOr<SockAddr> Unix(std::string_view path);

  friend bool operator==(const SockAddr& a, const SockAddr& b) { return a.String() == b.String(); }

 private:
  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_ADDRESS_H_
