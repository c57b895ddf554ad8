#include "gort/examples/httpd/stop_signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace gort::examples::httpd {
namespace {

int event_fd = -1;  // constant once the handler is installed

void Handle(int) {
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  (void)!write(event_fd, &one, sizeof(one));  // fails only when 2^64-1 signals wait
  errno = saved_errno;
}

}  // namespace

RecvChan<Unit> StopSignals() {
  event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  auto events = std::make_unique<netpoll::Descriptor>();
  if (event_fd < 0 || events->Open(event_fd) != 0) {
    perror("httpd: waiting for signals");
    exit(1);
  }
  const Chan<Unit> stops = MakeChan<Unit>(1);
  Go([stops, events = std::move(events)] {
    for (std::uint64_t count; events->Read(&count, sizeof(count)) == sizeof(count);)
      Select(Send(stops, Unit()), Default());
  });
  struct sigaction action = {};
  action.sa_handler = Handle;
  action.sa_flags = SA_RESTART | SA_ONSTACK;  // a goroutine's stack may have no room
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stops;
}

}  // namespace gort::examples::httpd
