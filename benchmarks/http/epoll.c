// What the kernel leaves room for: one thread, epoll, read and write, and a fixed answer to whatever ends with an empty line. It parses
// nothing and has no deadlines, so no server can be faster by much. Prints the address it listens on.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char kAnswer[] =
    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
    "Connection: keep-alive\r\n\r\nHello, World!\n";

static int Listen(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(address);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(fd, (struct sockaddr*)&address, size) != 0 || listen(fd, 1024) != 0) {
    perror("epoll: listen");
    exit(1);
  }
  getsockname(fd, (struct sockaddr*)&address, &size);
  printf("epoll: listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void Accept(int epoll, int listener) {
  const int one = 1;
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

static void Answer(int fd) {
  char request[4096];
  const ssize_t n = read(fd, request, sizeof(request));
  const int whole = n >= 4 && memcmp(request + n - 4, "\r\n\r\n", 4) == 0;
  if (!whole || write(fd, kAnswer, sizeof(kAnswer) - 1) != sizeof(kAnswer) - 1) close(fd);
}

int main(void) {
  const int listener = Listen();
  const int epoll = epoll_create1(0);
  struct epoll_event events[256] = {{.events = EPOLLIN, .data = {.fd = listener}}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &events[0]);
  for (;;) {
    const int n = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) {
        Accept(epoll, listener);
      } else {
        Answer(events[i].data.fd);
      }
    }
  }
}
