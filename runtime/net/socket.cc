#include "gort/runtime/net/socket.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "gort/runtime/net/calls.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/time/duration.h"
#include "gort/runtime/time/now.h"

namespace gort::net::internal {

namespace {

// Source: Go 1.27 net.TCPConn's defaults.
constexpr int kKeepAliveSeconds = 15;
constexpr int kKeepAliveProbes = 9;
// Of one sendmsg.
constexpr std::size_t kIovecs = 64;

}  // namespace

std::int64_t ToDeadline(absl::Time t) {
  if (t == absl::Time() || t == absl::InfiniteFuture()) return 0;
  const absl::Duration left = t - Now();
  return left <= absl::ZeroDuration() ? netpoll::After(-1) : netpoll::After(gort::internal::ToTimerNs(left));
}

absl::StatusOr<std::shared_ptr<Socket>> Socket::Own(const Op& op, int fd, bool stream) {
  auto made = std::make_shared<Socket>(op.network, stream);
  if (const long failed = made->descriptor_.Open(fd); failed != 0) {
    runtime::sys::Close(fd);
    return OpError(op, "epoll", failed);
  }
  return made;
}

absl::StatusOr<std::shared_ptr<Socket>> Socket::New(const Op& op, int family, int type) {
  const long fd = Call(SYS_socket, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return OpError(op, "socket", fd);
  return Own(op, static_cast<int>(fd), type == SOCK_STREAM);
}

void Socket::NameEnds() {
  SockAddr local;
  SockAddr remote;
  descriptor_.Use([&](int fd) {
    if (Call(SYS_getsockname, fd, local.room(), local.room_size()) < 0) local = {};
    if (Call(SYS_getpeername, fd, remote.room(), remote.room_size()) < 0) remote = {};
    return 0;
  });
  local_ = local.String();
  remote_ = remote.empty() ? "" : remote.String();
}

void Socket::SetOption(int level, int option, int value) {
  descriptor_.Use([&](int fd) { return Call(SYS_setsockopt, fd, level, option, &value, sizeof(value)); });
}

void Socket::SetTcpDefaults() {
  SetOption(IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveSeconds);
  SetOption(IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveSeconds);
  SetOption(IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
}

absl::StatusOr<std::size_t> Socket::Read(std::span<char> into) {
  // As Go: a stream has nothing to say to a reader of nothing; a datagram of no bytes has.
  if (into.empty() && stream_) {
    const long open = descriptor_.Use([](int) { return 0; });
    if (open != 0) return OpError(Where("read"), "read", open);
    return 0;
  }
  const long n = descriptor_.ReadWith([&](int fd) { return Call(SYS_recvfrom, fd, into.data(), into.size(), 0, 0, 0); });
  if (n < 0) return OpError(Where("read"), "read", n);
  return static_cast<std::size_t>(n);
}

absl::StatusOr<std::size_t> Socket::Write(std::string_view text) {
  std::string_view left = text;
  const long result = descriptor_.WriteWith([&](int fd) {
    do {
      const long n = Call(SYS_sendto, fd, left.data(), left.size(), MSG_NOSIGNAL, 0, 0);
      if (n < 0) return n;
      left.remove_prefix(static_cast<std::size_t>(n));
    } while (!left.empty());
    return 0L;
  });
  if (result < 0) return OpError(Where("write"), "write", result);
  return text.size();
}

absl::StatusOr<std::size_t> Socket::Writev(std::span<const std::string_view> texts) {
  std::size_t total = 0;
  std::size_t skip = 0;  // of the first of `texts` that is not all out
  const long result = descriptor_.WriteWith([&](int fd) {
    while (!texts.empty()) {
      iovec pieces[kIovecs];
      const std::size_t count = std::min(texts.size(), kIovecs);
      for (std::size_t i = 0; i < count; ++i) pieces[i] = {const_cast<char*>(texts[i].data()), texts[i].size()};
      pieces[0] = {static_cast<char*>(pieces[0].iov_base) + skip, pieces[0].iov_len - skip};
      msghdr message = {};
      message.msg_iov = pieces;
      message.msg_iovlen = count;
      const long n = Call(SYS_sendmsg, fd, &message, MSG_NOSIGNAL);
      if (n < 0) return n;
      total += static_cast<std::size_t>(n);
      skip += static_cast<std::size_t>(n);
      while (!texts.empty() && skip >= texts.front().size()) {
        skip -= texts.front().size();
        texts = texts.subspan(1);
      }
    }
    return 0L;
  });
  if (result < 0) return OpError(Where("write"), "writev", result);
  return total;
}

absl::Status Socket::Shutdown(int how) {
  const long result = descriptor_.Use([&](int fd) { return Call(SYS_shutdown, fd, how); });
  return result < 0 ? OpError(Where("close"), "shutdown", result) : absl::OkStatus();
}

absl::Status Socket::Close() {
  const long result = descriptor_.Close();
  return result < 0 ? OpError(Where("close"), "close", result) : absl::OkStatus();
}

absl::Status Socket::SetDeadlines(bool read, bool write, absl::Time t) {
  const std::int64_t when_ns = ToDeadline(t);
  const long result = read && write ? descriptor_.SetDeadline(when_ns)
                      : read        ? descriptor_.SetReadDeadline(when_ns)
                                    : descriptor_.SetWriteDeadline(when_ns);
  return result < 0 ? OpError(Where("set"), "set", result) : absl::OkStatus();
}

}  // namespace gort::net::internal
