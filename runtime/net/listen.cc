#include "gort/runtime/net/listen.h"

#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <vector>

#include "gort/runtime/net/calls.h"
#include "gort/runtime/net/lookup.h"
#include "gort/runtime/net/oserror.h"
#include "gort/runtime/net/socket.h"
#include "gort/runtime/time/time.h"

namespace gort::net {

namespace internal {

class ListeningSocket {
 public:
  ListeningSocket(std::shared_ptr<Socket> socket, bool tcp, std::string path)
      : socket_(std::move(socket)), tcp_(tcp), path_(std::move(path)) {}
  ~ListeningSocket() { (void)Close(); }
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  absl::StatusOr<Conn> Accept();
  absl::Status Close() {
    // Before the descriptor: afterwards the path may be another listener's.
    if (!path_.empty() && !unlinked_.exchange(true)) unlink(path_.c_str());
    return socket_->Close();
  }
  Socket& socket() { return *socket_; }

 private:
  const std::shared_ptr<Socket> socket_;
  const bool tcp_;
  const std::string path_;  // to be removed; empty: none
  std::atomic<bool> unlinked_{false};
};

namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(5);
constexpr absl::Duration kLastBackoff = absl::Milliseconds(100);
// The kernel takes its own limit, net.core.somaxconn, if that is less.
constexpr int kBacklog = 65535;

bool IsShortage(long result) { return result == -EMFILE || result == -ENFILE || result == -ENOBUFS || result == -ENOMEM; }

// bind and listen, for one address.
absl::StatusOr<std::shared_ptr<Socket>> ListenOn(const Op& op, const Network& network, const SockAddr& address) {
  absl::StatusOr<std::shared_ptr<Socket>> socket = Socket::New(op, address.family(), SOCK_STREAM);
  if (!socket.ok()) return socket;
  if (address.family() == AF_INET6) (*socket)->SetOption(IPPROTO_IPV6, IPV6_V6ONLY, network.family == AF_INET6 ? 1 : 0);
  if (!network.is_unix()) (*socket)->SetOption(SOL_SOCKET, SO_REUSEADDR, 1);
  const char* call = "bind";
  const long failed = (*socket)->descriptor().Use([&](int fd) {
    if (const long result = Call(SYS_bind, fd, address.get(), address.size()); result < 0) return result;
    call = "listen";
    return Call(SYS_listen, fd, kBacklog);
  });
  if (failed < 0) return OpError(op, call, failed);
  (*socket)->NameEnds();
  return socket;
}

}  // namespace

absl::StatusOr<Conn> ListeningSocket::Accept() {
  for (absl::Duration backoff = kFirstBackoff;;) {
    const long fd = socket_->descriptor().ReadWith([](int listener) {
      long result;
      do {
        result = Call(SYS_accept4, listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
      } while (result == -ECONNABORTED);  // gone again while it was in the queue
      return result;
    });
    if (IsShortage(fd)) {
      Sleep(backoff);
      backoff = std::min(2 * backoff, kLastBackoff);
      continue;
    }
    if (fd < 0) return OpError(socket_->Where("accept"), "accept4", fd);
    absl::StatusOr<std::shared_ptr<Socket>> conn = Socket::Own(socket_->Where("accept"), static_cast<int>(fd), true);
    if (!conn.ok()) return conn.status();
    if (tcp_) (*conn)->SetTcpDefaults();
    (*conn)->NameEnds();
    return Conn(*std::move(conn));
  }
}

}  // namespace internal

absl::StatusOr<Conn> Listener::Accept() const { return impl_ != nullptr ? impl_->Accept() : internal::NoConn(); }
absl::Status Listener::Close() const { return impl_ != nullptr ? impl_->Close() : internal::NoConn(); }
std::string Listener::Addr() const { return impl_ != nullptr ? impl_->socket().LocalAddr() : ""; }
int Listener::fd() const { return impl_ != nullptr ? impl_->socket().fd() : -1; }
absl::Status Listener::SetDeadline(absl::Time t) const {
  return impl_ != nullptr ? impl_->socket().SetDeadlines(true, true, t) : internal::NoConn();
}

absl::StatusOr<Listener> Listen(std::string_view network, std::string_view address) {
  internal::Op op = {"listen", network, "", ""};
  absl::StatusOr<internal::Network> parsed = internal::ParseNetwork(network);
  if (parsed.ok() && parsed->type != SOCK_STREAM) {
    op.address = address;
    return internal::OpError(op, absl::StatusCode::kInvalidArgument, "unexpected address type");
  }
  if (!parsed.ok()) return internal::OpError(op, parsed.status().code(), parsed.status().message());
  absl::StatusOr<std::vector<SockAddr>> resolved = internal::Resolve(Background(), *parsed, network, address, true);
  if (!resolved.ok()) return internal::OpError(op, resolved.status().code(), resolved.status().message());
  // Of several, the first IPv4 one, as Go: who names a host mostly means that.
  const auto v4 = std::find_if(resolved->begin(), resolved->end(), [](const SockAddr& a) { return a.family() == AF_INET; });
  SockAddr chosen = v4 != resolved->end() ? *v4 : resolved->front();
  std::string text = chosen.String();
  op.address = text;
  absl::StatusOr<std::shared_ptr<internal::Socket>> socket = internal::ListenOn(op, *parsed, chosen);
  const bool any = chosen == SockAddr::Any(AF_INET6, chosen.port()) && parsed->family == AF_UNSPEC;
  if (!socket.ok() && any && !absl::IsAlreadyExists(socket.status()) && !absl::IsPermissionDenied(socket.status())) {
    // A machine without IPv6.
    chosen = SockAddr::Any(AF_INET, chosen.port());
    absl::StatusOr<std::shared_ptr<internal::Socket>> v4_only = internal::ListenOn(op, *parsed, chosen);
    if (v4_only.ok()) socket = std::move(v4_only);
  }
  if (!socket.ok()) return socket.status();
  const bool has_path = parsed->is_unix() && !text.empty() && text.front() != '@';
  return Listener(std::make_shared<internal::ListeningSocket>(*std::move(socket), !parsed->is_unix(), has_path ? text : ""));
}

}  // namespace gort::net
