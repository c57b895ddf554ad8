// The client of the echo servers: as many connections as it is told, each with one request of 64 bytes under way at a time.
//
//   echo_load PORT CONNECTIONS SECONDS    prints requests per second, and the median and 99th percentile of a request in us
//   echo_load PORT CONNECTIONS idle PID   one request on each connection, then silence: prints PID's bytes per connection
//
// The bytes are resident memory and page tables of the server; what the kernel keeps for a socket is the same for all servers.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "benchmarks/network/sockets.h"

using network::OrDie;

namespace {

constexpr int kRequestBytes = 64;
constexpr int kPortsPerAddress = 20'000;

std::int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// From 127.0.0.2 on: the ports of one address would not do for 100,000.
int Connect(int port, int i) {
  const int fd = static_cast<int>(OrDie(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const int one = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
  const sockaddr_in from = network::Loopback(1 + static_cast<std::uint32_t>(i / kPortsPerAddress), 0);
  OrDie(bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof(from)), "bind");
  const sockaddr_in to = network::Loopback(0, port);
  OrDie(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), "connect");
  network::NoDelay(fd);
  return fd;
}

void Send(int fd) {
  static const char request[kRequestBytes] = {};
  if (write(fd, request, sizeof(request)) != kRequestBytes) OrDie(-1, "write");
}

void ReceiveAll(int fd) {
  char answer[kRequestBytes];
  OrDie(recv(fd, answer, sizeof(answer), MSG_WAITALL) == kRequestBytes ? 0 : -1, "recv");
}

// A line of /proc/PID/status, in bytes.
long StatusBytes(const char* pid, const char* name) {
  FILE* file = std::fopen((std::string("/proc/") + pid + "/status").c_str(), "r");
  OrDie(file == nullptr ? -1 : 0, "/proc/PID/status");
  char line[256];
  long kib = 0;
  while (std::fgets(line, sizeof(line), file) != nullptr) {
    if (std::strncmp(line, name, std::strlen(name)) == 0) kib = std::atol(line + std::strlen(name));
  }
  std::fclose(file);
  return kib * 1024;
}

void MeasureIdle(int port, int connections, const char* pid) {
  const auto used = [pid] { return StatusBytes(pid, "VmRSS:") + StatusBytes(pid, "VmPTE:"); };
  const auto open_and_ask = [port](int i) {
    const int fd = Connect(port, i);
    Send(fd);
    ReceiveAll(fd);
  };
  open_and_ask(0);  // what the server needs once
  const long before = used();
  for (int i = 1; i < connections; ++i) open_and_ask(i);
  std::printf("%ld\n", (used() - before) / (connections - 1));
}

void MeasureRequests(int port, int connections, double seconds) {
  const int epoll = static_cast<int>(OrDie(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
  std::vector<std::int64_t> sent;
  std::vector<float> took_us;
  took_us.reserve(1 << 22);
  const auto send = [&](int fd) {
    if (sent.size() <= static_cast<std::size_t>(fd)) sent.resize(static_cast<std::size_t>(fd) + 1);
    sent[static_cast<std::size_t>(fd)] = NowNs();
    Send(fd);
  };
  for (int i = 0; i < connections; ++i) {
    const int fd = Connect(port, i);
    network::Watch(epoll, fd);
    send(fd);
  }
  const std::int64_t begin = NowNs() + 200'000'000;  // after a warm-up
  const std::int64_t end = begin + static_cast<std::int64_t>(seconds * 1e9);
  epoll_event events[256];
  for (std::int64_t now = NowNs(); now < end;) {
    const int n = epoll_wait(epoll, events, 256, 1000);
    for (int i = 0; i < n; ++i) {
      const int fd = events[i].data.fd;
      ReceiveAll(fd);
      now = NowNs();
      if (now >= begin && now < end) took_us.push_back(static_cast<float>(now - sent[static_cast<std::size_t>(fd)]) / 1000);
      send(fd);
    }
  }
  if (took_us.empty()) OrDie(-1, "no request was answered");
  std::sort(took_us.begin(), took_us.end());
  const std::size_t size = took_us.size();
  std::printf("%.0f %.1f %.1f\n", static_cast<double>(size) / seconds, took_us[size / 2], took_us[size * 99 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
  network::RaiseDescriptorLimit(200'000);
  if (argc == 5 && std::strcmp(argv[3], "idle") == 0) {
    MeasureIdle(std::atoi(argv[1]), std::atoi(argv[2]), argv[4]);
  } else if (argc == 4) {
    MeasureRequests(std::atoi(argv[1]), std::atoi(argv[2]), std::atof(argv[3]));
  } else {
    std::fprintf(stderr, "echo_load: give PORT CONNECTIONS SECONDS, or PORT CONNECTIONS idle PID\n");
    return 2;
  }
}
