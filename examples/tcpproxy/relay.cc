#include "gort/examples/tcpproxy/relay.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/time/time.h"

namespace gort::examples::tcpproxy {

void Reset(const net::Conn& conn) {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  if (conn.fd() >= 0) setsockopt(conn.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  conn.Close().IgnoreError();
}

Relay::Relay(net::Conn client, net::Conn server, const FaultOptions& faults, std::uint64_t number, Counters& counters)
    : client_(std::move(client)), server_(std::move(server)), faults_(faults), number_(number), counters_(counters) {}

void Relay::Run() {
  WaitGroup down;
  down.Go([this] { Move(Way::kDown); });
  Move(Way::kUp);
  down.Wait();
  CloseBoth(cut_short_.load());
}

bool Relay::Abort() { return CloseBoth(true); }

void Relay::Move(Way way) {
  End end = Copy(way);
  if (end == End::kEof && WasReset(way)) end = End::kSenderFailed;
  if (end == End::kEof) {
    (way == Way::kUp ? up_ended_ : down_ended_) = true;
    // The receiver may be gone by now, and then it takes not even the end.
    if (!(way == Way::kUp ? server_ : client_).CloseWrite().ok()) end = End::kReceiverFailed;
  }
  if (end == End::kReceiverFailed) cut_short_ = true;
  if (end == End::kSenderFailed) Abort();
}

// Whether the sender of `way`, from which a read has returned 0, has reset the connection. Then the kernel has none any more, while after
// the sender's end it waits for ours. Once ours is on its way that is no difference; but then nobody writes to the sender any more
// either, so that a reset is reported to the read. The flag is looked at last: it is set before our end is sent.
bool Relay::WasReset(Way way) {
  const std::lock_guard hold(closing_);  // nobody closes the descriptor meanwhile
  if (closed_) return false;
  tcp_info info;
  socklen_t size = sizeof(info);
  const int fd = (way == Way::kUp ? client_ : server_).fd();
  if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;  // a pipe, a Unix socket
  return info.tcpi_state == TCP_CLOSE && !(way == Way::kUp ? down_ended_ : up_ended_);
}

Relay::End Relay::Copy(Way way) {
  const net::Conn& from = way == Way::kUp ? client_ : server_;
  const net::Conn& to = way == Way::kUp ? server_ : client_;
  Faults faults(faults_, number_, way);
  char buffer[kBufferBytes];
  for (;;) {
    const absl::StatusOr<std::size_t> size = from.Read(buffer);
    if (!size.ok()) return End::kSenderFailed;
    if (*size == 0) return End::kEof;
    for (std::size_t done = 0; done < *size;) {
      const std::size_t piece = faults.NextPiece(*size - done);
      if (piece == 0) {
        // As if the sender had done it.
        ++counters_.resets;
        return End::kSenderFailed;
      }
      if (!Write(to, faults, buffer + done, piece, way)) return End::kReceiverFailed;
      done += piece;
    }
  }
}

bool Relay::Write(const net::Conn& to, Faults& faults, const char* bytes, std::size_t size, Way way) {
  if (faults.DrawStall()) {
    ++counters_.stalls;
    if (Select(Recv(over_), Timeout(faults.stall_length())) == 0) return false;
  }
  if (!to.Write({bytes, size}).ok()) return false;
  moved_.fetch_add(size, std::memory_order_relaxed);
  (way == Way::kUp ? counters_.bytes_up : counters_.bytes_down).fetch_add(size, std::memory_order_relaxed);
  if (faults.slices()) Gosched();
  return true;
}

bool Relay::CloseBoth(bool reset) {
  const std::lock_guard hold(closing_);
  if (std::exchange(closed_, true)) return false;
  over_.Close();
  if (reset) ++counters_.aborted;
  for (const net::Conn* conn : {&client_, &server_}) {
    if (reset) {
      Reset(*conn);
    } else {
      conn->Close().IgnoreError();
    }
  }
  return true;
}

}  // namespace gort::examples::tcpproxy
