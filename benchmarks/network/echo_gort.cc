// An echo server: what a goroutine for each connection costs. Prints the port and serves until it is killed.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "gort/gort.h"

namespace {

void Echo(const gort::net::Conn& conn) {
  std::array<char, 4096> buf;
  for (;;) {
    const auto n = conn.Read(buf);
    if (!n.ok() || *n == 0 || !conn.Write(std::string_view(buf.data(), *n)).ok()) break;
  }
  (void)conn.Close();
}

}  // namespace

int main() {
  const auto listener = gort::net::Listen("tcp", "127.0.0.1:0");
  if (!listener.ok()) {
    std::fprintf(stderr, "echo_gort: %s\n", std::string(listener.status().message()).c_str());
    return 1;
  }
  const std::string address = listener->Addr();
  std::printf("%s\n", address.substr(address.rfind(':') + 1).c_str());
  std::fflush(stdout);
  for (;;) {
    auto conn = listener->Accept();
    if (!conn.ok()) return 1;
    gort::Go([conn = *std::move(conn)] { Echo(conn); });
  }
}
