#include "gort/examples/redisd/stop_signal.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/netpoll/descriptor.h"

namespace gort::examples::redisd {
namespace {

int event_fd = -1;  // set once, before the handlers are installed

// Runs in the middle of anything, so it does what signal-safety(7) allows.
void OnSignal(int) {
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_fd, &one, sizeof(one));
  errno = saved;
}

}  // namespace

// Rejected: a signalfd. All threads would have to block the signals, and the runtime's are older than main.
Context UntilStopSignal() {
  auto [ctx, cancel] = WithCancel(Background());
  event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event_fd < 0) return ctx;
  Go([cancel = cancel] {
    netpoll::Descriptor event;
    if (event.Open(event_fd) == 0 && event.WaitRead() == 0) cancel();
  });
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  // ONSTACK: a goroutine's stack may be small. RESETHAND: the second time it is the usual end.
  action.sa_flags = SA_ONSTACK | SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
  return ctx;
}

}  // namespace gort::examples::redisd
