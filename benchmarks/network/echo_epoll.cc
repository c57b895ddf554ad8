// The same as a loop around epoll, level-triggered, without a runtime: what the kernel's part costs.
#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "benchmarks/network/sockets.h"

using network::OrDie;

int main() {
  network::RaiseDescriptorLimit(200'000);
  const int listener = static_cast<int>(OrDie(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address = network::Loopback(0, 0);
  OrDie(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
  OrDie(listen(listener, SOMAXCONN), "listen");
  socklen_t size = sizeof(address);
  OrDie(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  const int epoll = static_cast<int>(OrDie(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
  network::Watch(epoll, listener);
  epoll_event events[128];
  char buf[4096];
  for (;;) {
    const int n = epoll_wait(epoll, events, 128, -1);
    for (int i = 0; i < n; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        for (int conn; (conn = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          network::NoDelay(conn);
          network::Watch(epoll, conn);
        }
        continue;
      }
      const ssize_t got = read(fd, buf, sizeof(buf));
      if (got <= 0 || write(fd, buf, static_cast<std::size_t>(got)) != got) close(fd);
    }
  }
}
