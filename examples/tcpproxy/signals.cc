#include "gort/examples/tcpproxy/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace gort::examples::tcpproxy {
namespace {

// Constant from Signals' constructor on, which installs the handlers afterwards.
int write_end = -1;

// Runs in the middle of anything, so it does what signal-safety(7) allows. A full pipe loses the signal: 64 KiB of them are unread.
void OnSignal(int number) {
  const int before = errno;
  const unsigned char byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = write(write_end, &byte, 1);
  errno = before;
}

}  // namespace

Signals::Signals(std::initializer_list<int> signals) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0 || pipe_.Open(ends[0]) != 0) {
    std::perror("tcpproxy: a pipe for signals");
    std::exit(1);
  }
  write_end = ends[1];
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_ONSTACK | SA_RESTART;  // not on a goroutine's stack, which may be small
  for (int number : signals) sigaction(number, &action, nullptr);
}

int Signals::Next() {
  unsigned char byte = 0;
  return pipe_.Read(&byte, 1) == 1 ? byte : 0;
}

}  // namespace gort::examples::tcpproxy
