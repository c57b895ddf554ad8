#include "gort/runtime/net/dial.h"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/net/calls.h"
#include "gort/runtime/net/lookup.h"
#include "gort/runtime/net/socket.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/time/now.h"

namespace gort::net {

namespace {

using internal::Call;
using internal::Op;
using internal::Socket;

constexpr absl::Duration kFallbackDelay = absl::Milliseconds(300);

struct Target {
  std::string network_name;
  internal::Network network;
  std::vector<SockAddr> addresses;
};

// connect(2) of a nonblocking socket: 0, or -errno of the connection, or the descriptor's own errors.
long Connect(netpoll::Descriptor& descriptor, const SockAddr& to) {
  bool begun = false;
  long outcome = 0;
  const long failed = descriptor.WriteWith([&](int fd) -> long {
    if (!begun) {
      begun = true;
      outcome = Call(SYS_connect, fd, to.get(), to.size());
      // -EAGAIN is a Unix listener's full queue, and nothing will tell us when there is room.
      return outcome == -EINPROGRESS || outcome == -EINTR ? -EAGAIN : 0;
    }
    int error = 0;
    socklen_t size = sizeof(error);
    const long asked = Call(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size);
    outcome = asked < 0 ? asked : -error;
    if (outcome != 0) return 0;
    // No error may mean not yet: the poller says ready once too often.
    SockAddr peer;
    const long named = Call(SYS_getpeername, fd, peer.room(), peer.room_size());
    return named == -ENOTCONN ? -EAGAIN : 0;
  });
  return failed != 0 ? failed : outcome;
}

// One attempt. `op` is for its errors.
absl::StatusOr<std::shared_ptr<Socket>> Attempt(const Context& ctx, const Target& target, const SockAddr& to, const Op& op) {
  if (!ctx.Err().ok()) return internal::OpError(op, internal::ContextError(ctx).code(), internal::ContextError(ctx).message());
  absl::StatusOr<std::shared_ptr<Socket>> made = Socket::New(op, to.family(), target.network.type);
  if (!made.ok()) return made.status();
  std::shared_ptr<Socket> socket = *std::move(made);
  StopFunc stop;
  const bool can_end = static_cast<bool>(ctx.Done());
  // The function keeps the socket, and may be late.
  if (can_end) stop = ContextAfterFunc(ctx, [socket] { socket->descriptor().SetDeadline(netpoll::After(-1)); });
  const long result = Connect(socket->descriptor(), to);
  if (can_end && !stop()) {
    // It has ended, so the deadline is set, or will be: also a connection that was made is of no use.
    const absl::Status ended = internal::ContextError(ctx);
    return internal::OpError(op, ended.code(), ended.message());
  }
  if (result != 0) return internal::OpError(op, "connect", result);
  socket->NameEnds();
  return socket;
}

// To one address. When nobody listens at a port from which the kernel also takes those of new connections, it may give us that very one;
// TCP then connects the socket to itself. Two more attempts get other ports.
// Source: Go 1.27 net.sysDialer.doDialTCP, net.selfConnect.
absl::StatusOr<Conn> DialOne(const Context& ctx, const Target& target, const SockAddr& to) {
  const std::string address = to.String();
  const Op op = {"dial", target.network_name, "", address};
  const bool tcp = !target.network.is_unix() && target.network.type == SOCK_STREAM;
  for (int more = 2;; --more) {
    absl::StatusOr<std::shared_ptr<Socket>> socket = Attempt(ctx, target, to, op);
    if (!socket.ok()) return socket.status();
    const bool to_itself = tcp && (*socket)->LocalAddr() == (*socket)->RemoteAddr();
    if (to_itself && more > 0) continue;
    if (tcp) (*socket)->SetTcpDefaults();
    return Conn(*std::move(socket));
  }
}

// One after the other. Each has its share of the time that is left, and at least 2 s. The first error counts.
// Source: Go 1.27 net.sysDialer.dialSerial, net.partialDeadline.
absl::StatusOr<Conn> DialSerial(const Context& ctx, const Target& target, std::span<const SockAddr> addresses) {
  constexpr absl::Duration kSaneMinimum = absl::Seconds(2);
  absl::Status first;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Context partial = ctx;
    CancelFunc cancel;
    if (const std::optional<absl::Time> deadline = ctx.Deadline(); deadline.has_value() && i + 1 < addresses.size()) {
      const absl::Duration left = *deadline - Now();
      const absl::Duration share = std::max(left / static_cast<double>(addresses.size() - i), std::min(kSaneMinimum, left));
      std::tie(partial, cancel) = WithTimeout(ctx, share);
    }
    absl::StatusOr<Conn> conn = DialOne(partial, target, addresses[i]);
    cancel();
    if (conn.ok()) return conn;
    if (first.ok()) first = conn.status();
    if (!ctx.Err().ok()) break;
  }
  return first;
}

// Both kinds at the same time, the second with a delay. The first connection counts, or the error of the first kind.
// Source: Go 1.27 net.sysDialer.dialParallel.
absl::StatusOr<Conn> DialParallel(const Context& parent, const std::shared_ptr<const Target>& target, std::size_t first_kind) {
  struct Outcome {
    absl::StatusOr<Conn> conn;
    bool primary;
  };
  using OutcomePtr = std::shared_ptr<Outcome>;
  auto [ctx, cancel] = WithCancel(parent);
  Chan<OutcomePtr> outcomes = MakeChan<OutcomePtr>(2);
  const auto start = [&, ctx = ctx](bool primary) {
    Go([=] {
      const std::span<const SockAddr> all(target->addresses);
      auto conn = DialSerial(ctx, *target, primary ? all.first(first_kind) : all.subspan(first_kind));
      outcomes.Send(std::make_shared<Outcome>(Outcome{std::move(conn), primary}));
    });
  };
  start(true);
  absl::Status primary_error;
  bool fallback_started = false;
  for (int running = 1; running > 0;) {
    std::optional<OutcomePtr> outcome;
    const bool came = fallback_started ? (outcome = outcomes.Recv(), true)
                                       : Select(Recv(outcomes, outcome), Timeout(kFallbackDelay)) == 0;
    if (came) {
      --running;
      if ((*outcome)->conn.ok()) {
        cancel();  // the other one, if it runs, drops what it gets
        return (*outcome)->conn;
      }
      if ((*outcome)->primary) primary_error = (*outcome)->conn.status();
    }
    if (!fallback_started) {
      fallback_started = true;
      ++running;
      start(false);
    }
  }
  cancel();
  return primary_error;
}

}  // namespace

absl::StatusOr<Conn> DialContext(const Context& ctx, std::string_view network, std::string_view address) {
  const Op op = {"dial", network, "", ""};
  const absl::StatusOr<internal::Network> parsed = internal::ParseNetwork(network);
  if (!parsed.ok()) return internal::OpError(op, parsed.status().code(), parsed.status().message());
  absl::StatusOr<std::vector<SockAddr>> resolved = internal::Resolve(ctx, *parsed, network, address, false);
  if (!resolved.ok()) return internal::OpError(op, resolved.status().code(), resolved.status().message());
  auto target = std::make_shared<Target>(Target{std::string(network), *parsed, *std::move(resolved)});
  // The kind of the first one first; the order within each stays.
  const int first = target->addresses.front().family();
  const auto second = std::stable_partition(target->addresses.begin(), target->addresses.end(),
                                            [first](const SockAddr& a) { return a.family() == first; });
  if (second == target->addresses.end()) return DialSerial(ctx, *target, target->addresses);
  return DialParallel(ctx, target, static_cast<std::size_t>(second - target->addresses.begin()));
}

absl::StatusOr<Conn> Dial(std::string_view network, std::string_view address) {
  return DialContext(Background(), network, address);
}

}  // namespace gort::net
