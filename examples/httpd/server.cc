#include "gort/examples/httpd/server.h"

#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace gort::examples::httpd {

// Whether it is idle decides what Shutdown does to it, so that and the read deadline change under one lock:
//
//                    Await(kHead): a deadline           Await(kIdle): idle_timeout, or, draining, the past
//     idle ------------------------------------> busy ------------------------------------------------> idle
//       +-- Drain: a deadline in the past -> Read fails, the connection ends in peace
//
// A request whose first byte has been read is therefore answered, whenever Shutdown comes; not those that were pipelined behind it.
class Server::Connection final : public Stream {
 public:
  Connection(Server& server, net::Conn conn) : server_(server), conn_(std::move(conn)) {
    const std::lock_guard lock(server_.mutex_);
    server_.connections_.insert(this);
  }

  ~Connection() override {
    {
      const std::lock_guard lock(server_.mutex_);
      server_.connections_.erase(this);
    }
    conn_.Close().IgnoreError();  // only a second Close fails
  }

  absl::StatusOr<std::size_t> Read(std::span<char> buffer) override { return conn_.Read(buffer); }

  absl::Status Write(std::string_view bytes) override {
    if (absl::Status set = conn_.SetWriteDeadline(Now() + server_.options_.write_timeout); !set.ok()) return set;
    return conn_.Write(bytes).status();
  }

  void Await(Phase phase) override {
    const std::lock_guard lock(mutex_);
    phase_ = phase;
    SetReadDeadline(phase == Phase::kIdle && server_.draining() ? absl::InfinitePast() : Now() + Timeout(phase));
  }

  void Drain() {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kIdle) SetReadDeadline(absl::InfinitePast());
  }

  void Close() { conn_.Close().IgnoreError(); }

  // Ends our half and reads the client's to its end: to close a socket with unread bytes would reset the connection, and the client
  // might lose the answer that says why.
  void Linger() {
    if (!conn_.CloseWrite().ok()) return;
    SetReadDeadline(Now() + server_.options_.linger_timeout);
    char ignored[512];
    for (absl::StatusOr<std::size_t> n = 1; n.ok() && *n > 0;) n = conn_.Read(ignored);
  }

 private:
  absl::Duration Timeout(Phase phase) const {
    switch (phase) {
      case Phase::kIdle:
        return server_.options_.idle_timeout;
      case Phase::kHead:
        return server_.options_.read_header_timeout;
      case Phase::kBody:
        break;
    }
    return server_.options_.read_body_timeout;
  }

  // It fails once the connection is closed; then Read says so.
  void SetReadDeadline(absl::Time t) { conn_.SetReadDeadline(t).IgnoreError(); }

  Server& server_;
  const net::Conn conn_;
  Mutex mutex_;  // taken after server_.mutex_
  Phase phase_ = Phase::kIdle;
};

Server::Server(net::Listener listener, ServerOptions options)
    : listener_(std::move(listener)), options_(std::move(options)), free_(options_.max_connections) {
  options_.serve.draining = [this] { return draining(); };
}

absl::Status Server::Run() {
  absl::Status status;
  while (free_.Acquire(accepting_.first, 1).ok()) {
    absl::StatusOr<net::Conn> conn = listener_.Accept();
    if (!conn.ok()) {
      free_.Release(1);
      if (!draining()) status = conn.status();
      break;
    }
    running_.Go([this, conn = *std::move(conn)]() mutable {
      ServeConnection(std::move(conn));
      free_.Release(1);
    });
  }
  Shutdown();
  running_.Wait();
  return status;
}

void Server::ServeConnection(net::Conn conn) {
  Connection connection(*this, std::move(conn));
  // What a client does to its own connection is no event of the server.
  if (Serve(connection, options_.serve).ok()) connection.Linger();
}

void Server::Shutdown() {
  // Before the connections: one that becomes idle, or comes, from here on ends itself.
  draining_.store(true, std::memory_order_release);
  accepting_.second();
  listener_.Close().IgnoreError();
  const std::lock_guard lock(mutex_);
  for (Connection* connection : connections_) connection->Drain();
}

void Server::Close() {
  Shutdown();
  const std::lock_guard lock(mutex_);
  for (Connection* connection : connections_) connection->Close();
}

absl::Status Server::RunUntil(const RecvChan<int>& stops, absl::Duration grace) {
  const Chan<absl::Status> ended = MakeChan<absl::Status>(1);
  Go([this, ended] { ended.Send(Run()); });
  std::optional<absl::Status> status;
  if (Select(Recv(ended, status), Recv(stops)) == 0) return *status;
  Shutdown();
  if (Select(Recv(ended, status), Recv(stops), gort::Timeout(grace)) == 0) return *status;
  Close();
  return *ended.Recv();
}

}  // namespace gort::examples::httpd
