// Two ends of a TCP connection on loopback, for tests.
#ifndef GORT_EXAMPLES_TCPPROXY_TEST_ENDS_H_
#define GORT_EXAMPLES_TCPPROXY_TEST_ENDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "gort/gort.h"
#include "gtest/gtest.h"

namespace gort::examples::tcpproxy {

inline net::Listener ListenLocal() {
  absl::StatusOr<net::Listener> listener = net::Listen("tcp", "127.0.0.1:0");
  EXPECT_TRUE(listener.ok()) << listener.status();
  return listener.ok() ? *listener : net::Listener();
}

inline net::Conn DialLocal(const std::string& address) {
  absl::StatusOr<net::Conn> conn = net::Dial("tcp", address);
  EXPECT_TRUE(conn.ok()) << conn.status();
  return conn.ok() ? *conn : net::Conn();
}

struct Ends {
  Ends() {
    const net::Listener listener = ListenLocal();
    near = DialLocal(listener.Addr());
    absl::StatusOr<net::Conn> accepted = listener.Accept();
    EXPECT_TRUE(accepted.ok()) << accepted.status();
    if (accepted.ok()) far = *accepted;
  }
  net::Conn near;
  net::Conn far;
};

// All that comes until the end, and then how it ended, if not in order.
inline std::string ReadAll(const net::Conn& conn) {
  std::string all;
  char buffer[4096];
  for (;;) {
    const absl::StatusOr<std::size_t> n = conn.Read(buffer);
    if (!n.ok()) return all + "(cut short)";
    if (*n == 0) return all;
    all.append(buffer, *n);
  }
}

// What a client sees of a server that gets rid of it: the same whether that happens while it connects or afterwards.
inline std::string DialAndReadAll(const std::string& address) {
  const absl::StatusOr<net::Conn> conn = net::Dial("tcp", address);
  return conn.ok() ? ReadAll(*conn) : "(cut short)";
}

// The next n bytes.
inline std::string ReadBytes(const net::Conn& conn, std::size_t n) {
  std::string bytes(n, '\0');
  const absl::StatusOr<std::size_t> read = conn.ReadFull(bytes);
  return read.ok() ? bytes : read.status().ToString();
}

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_TEST_ENDS_H_
