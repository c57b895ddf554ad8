#include "gort/examples/tcpproxy/run.h"

#include <signal.h>

#include <cstdio>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/signal/signal.h"

namespace gort::examples::tcpproxy {
namespace {

void Print(std::FILE* file, std::string_view text) {
  const std::string line = absl::StrCat("tcpproxy: ", text, "\n");
  std::fputs(line.c_str(), file);
  std::fflush(file);
}

void PrintStart(const net::Listener& listener, const ProxyOptions& options) {
  Print(stdout, absl::StrCat(listener.Addr(), " -> ", options.to));
  const FaultOptions& faults = options.faults;
  if (!faults.any()) return;
  Print(stdout, absl::StrCat("faults: --fault_reset=", faults.reset, " --fault_stall=", AbslUnparseFlag(faults.stall),
                             " --fault_slice=", faults.slice, " --fault_seed=", faults.seed));
}

}  // namespace

int Run(const std::string& listen, const ProxyOptions& options) {
  absl::StatusOr<net::Listener> listener = net::Listen(NetworkOf(listen), listen);
  if (!listener.ok()) {
    Print(stderr, listener.status().message());
    return 1;
  }
  const Chan<int> signals = MakeChan<int>(3);  // one place for each
  signal::Notify(signals, SIGTERM, SIGINT, SIGUSR1);
  static Proxy& proxy = *new Proxy(*listener, options);  // used to the end of the process
  PrintStart(*listener, options);
  const auto [ctx, stop] = WithCancel(Background());
  Go([signals, stop = stop] {
    for (;;) {
      if (*signals.Recv() == SIGUSR1) {
        Print(stdout, proxy.counters().ToString());
        continue;
      }
      signal::Reset(SIGTERM, SIGINT);  // a second one ends the program at once
      stop();
    }
  });
  const absl::Status status = proxy.Serve(ctx);
  if (!status.ok()) Print(stderr, status.message());
  Print(stdout, proxy.counters().ToString());
  return status.ok() ? 0 : 1;
}

}  // namespace gort::examples::tcpproxy
