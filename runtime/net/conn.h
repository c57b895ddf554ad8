// Conn: a stream or datagram connection. What Dial, Listener::Accept and Pipe return.
//
//     absl::StatusOr<gort::net::Conn> conn = gort::net::Dial("tcp", "127.0.0.1:8080");
//     if (!conn.ok()) return conn.status();
//     conn->SetDeadline(absl::Now() + absl::Seconds(5));
//     absl::StatusOr<size_t> n = conn->Write("GET / HTTP/1.0\r\n\r\n");
//
// A handle: copies are the same connection, and the last one closes it. Every thread may use it, several at a time: readers take
// turns, writers take turns, and what one Write writes stays together. Nothing is allocated by a Read or a Write that succeeds.
//
// Errors are absl::Status with Go's text ("read tcp A->B: i/o timeout"). DeadlineExceeded: the deadline has passed. Cancelled: the
// connection is closed on this side.
//
// Source: Go 1.27 net.Conn.
#ifndef GORT_RUNTIME_NET_CONN_H_
#define GORT_RUNTIME_NET_CONN_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace gort::net {

namespace internal {

// What a Conn refers to: a socket, or an end of a pipe. As Conn's methods.
class ConnImpl {
 public:
  ConnImpl() = default;
  ConnImpl(const ConnImpl&) = delete;
  ConnImpl& operator=(const ConnImpl&) = delete;
  virtual ~ConnImpl() = default;
  virtual absl::StatusOr<std::size_t> Read(std::span<char> into) = 0;
  virtual absl::StatusOr<std::size_t> Write(std::string_view text) = 0;
  virtual absl::StatusOr<std::size_t> Writev(std::span<const std::string_view> texts) = 0;
  virtual absl::Status CloseRead() = 0;
  virtual absl::Status CloseWrite() = 0;
  virtual absl::Status Close() = 0;
  virtual absl::Status SetDeadlines(bool read, bool write, absl::Time t) = 0;
  virtual const std::string& LocalAddr() const = 0;
  virtual const std::string& RemoteAddr() const = 0;
  virtual int fd() const = 0;
};

// Of a handle that refers to nothing.
absl::Status NoConn();

}  // namespace internal

class Conn {
 public:
  // Refers to nothing: every call fails with InvalidArgument.
  Conn() = default;
  explicit Conn(std::shared_ptr<internal::ConnImpl> impl) : impl_(std::move(impl)) {}

  // Waits until there is something and reads as much as there is and fits. 0: the peer will send no more, or `into` is empty.
  // Runs on: any thread, like all that follow.  Blocks: G.
  absl::StatusOr<std::size_t> Read(std::span<char> into) const;

  // Writes all of it, and returns its size; after an error an unknown part has been written. SIGPIPE is not raised.
  // Blocks: G.
  absl::StatusOr<std::size_t> Write(std::string_view text) const;

  // The same for several pieces, in as few system calls as there can be; nobody else's bytes come between.
  absl::StatusOr<std::size_t> Writev(std::span<const std::string_view> texts) const;

  // Fills all of `into`, and returns its size.
  // Errors: OutOfRange "EOF" if the peer ends before the first byte, "unexpected EOF" if later. Source: Go 1.27 io.ReadFull.
  absl::StatusOr<std::size_t> ReadFull(std::span<char> into) const;

  // Ends one direction: CloseWrite, and the peer reads to the end and sees 0, while this side still reads.
  // Errors: Unimplemented for a Pipe.
  absl::Status CloseRead() const;
  absl::Status CloseWrite() const;

  // Closes it and ends every call that waits, with Cancelled. When it returns, the descriptor is free.
  // Errors: Cancelled "use of closed network connection" the second time.
  absl::Status Close() const;

  // Until when calls may wait; they fail with DeadlineExceeded afterwards, those that wait now, too, until another deadline is set.
  // absl::Time() or InfiniteFuture(): no deadline. Past: at once, even if there is something to read.
  absl::Status SetDeadline(absl::Time t) const;
  absl::Status SetReadDeadline(absl::Time t) const;
  absl::Status SetWriteDeadline(absl::Time t) const;
  absl::Status SetDeadline(std::chrono::system_clock::time_point t) const { return SetDeadline(absl::FromChrono(t)); }
  absl::Status SetReadDeadline(std::chrono::system_clock::time_point t) const { return SetReadDeadline(absl::FromChrono(t)); }
  absl::Status SetWriteDeadline(std::chrono::system_clock::time_point t) const { return SetWriteDeadline(absl::FromChrono(t)); }

  // "127.0.0.1:51192", the path of a Unix socket ("@": it has none), "pipe".
  std::string LocalAddr() const;
  std::string RemoteAddr() const;

  // The descriptor, for options; nonblocking. -1: there is none (a Pipe), or it is closed. It stays the connection's.
  int fd() const { return impl_ != nullptr ? impl_->fd() : -1; }

  explicit operator bool() const { return impl_ != nullptr; }
  friend bool operator==(const Conn&, const Conn&) = default;

 private:
  std::shared_ptr<internal::ConnImpl> impl_;
};

}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_CONN_H_
