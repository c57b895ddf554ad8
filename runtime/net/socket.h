// A socket of the network package: a netpoll::Descriptor with its two addresses and Go's errors.
#ifndef GORT_RUNTIME_NET_SOCKET_H_
#define GORT_RUNTIME_NET_SOCKET_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gort/runtime/net/address.h"
#include "gort/runtime/net/conn.h"
#include "gort/runtime/net/oserror.h"
#include "gort/runtime/netpoll/descriptor.h"

namespace gort::net::internal {

// When `t` is by the clock of descriptors: absl::Time() and InfiniteFuture() are no deadline (0), InfinitePast() has passed.
std::int64_t ToDeadline(absl::Time t);

class Socket final : public ConnImpl {
 public:
  // Use New: make_shared's only.
  Socket(std::string_view network, bool stream) : network_(network), stream_(stream) {}

  // A new nonblocking socket that the poller knows. `type` is SOCK_STREAM, SOCK_DGRAM, ...
  // Errors: what socket(2) says, "socket: too many open files"; Op is the caller's.
  static absl::StatusOr<std::shared_ptr<Socket>> New(const Op& op, int family, int type);
  // The same for fd, which it takes over, also if it fails.
  static absl::StatusOr<std::shared_ptr<Socket>> Own(const Op& op, int fd, bool stream);

  absl::StatusOr<std::size_t> Read(std::span<char> into) override;
  absl::StatusOr<std::size_t> Write(std::string_view text) override;
  absl::StatusOr<std::size_t> Writev(std::span<const std::string_view> texts) override;
  absl::Status CloseRead() override { return Shutdown(0); }
  absl::Status CloseWrite() override { return Shutdown(1); }
  absl::Status Close() override;
  absl::Status SetDeadlines(bool read, bool write, absl::Time t) override;
  const std::string& LocalAddr() const override { return local_; }
  const std::string& RemoteAddr() const override { return remote_; }
  int fd() const override { return descriptor_.fd(); }

  // Asks the kernel for both addresses. Before anybody else knows the socket.
  void NameEnds();
  // setsockopt of an int; what the kernel does not know is no error.
  void SetOption(int level, int option, int value);
  // Small writes go out at once, and a peer that has vanished is noticed: Go's defaults for TCP.
  void SetTcpDefaults();

  Op Where(std::string_view op) const { return {op, network_, local_, remote_}; }
  netpoll::Descriptor& descriptor() { return descriptor_; }
  const std::string& network() const { return network_; }

 private:
  absl::Status Shutdown(int how);

  netpoll::Descriptor descriptor_;
  const std::string network_;
  const bool stream_;
  // Constant once others know the socket.
  std::string local_;
  std::string remote_;
};

}  // namespace gort::net::internal

#endif  // GORT_RUNTIME_NET_SOCKET_H_
