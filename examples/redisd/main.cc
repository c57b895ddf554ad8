// redisd: a server that speaks the protocol of Redis. docs/servers.md
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gort/examples/flags/descriptor_limit.h"
#include "gort/examples/flags/flags.h"
#include "gort/examples/redisd/server.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/net/listen.h"
#include "gort/runtime/signal/signal.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:6379", "address to listen on; port 0: a free one, which is printed");
ABSL_FLAG(absl::Duration, idle_timeout, absl::ZeroDuration(),
          "disconnect a client that sends nothing for so long, unless it is subscribed; 0: never");
ABSL_FLAG(int, max_clients, 10'000, "how many may be connected at the same time");
ABSL_FLAG(int, max_pending_kib, 32 << 10, "disconnect a subscriber that has so many KiB of messages still to read");

int main(int argc, char** argv) {
  using namespace gort;  // NOLINT: the whole program is here
  examples::ParseFlags(
      argc, argv,
      "redisd serves Redis's protocol: strings, counters, lists, expiry, pub/sub, pipelining. It keeps nothing on\n"
      "disk. Use it with redis-cli or any client that speaks RESP2. SIGINT, SIGTERM and the command SHUTDOWN end\n"
      "it once all commands that it has read are answered; the same signal again ends it at once.");
  const absl::Duration idle_timeout = absl::GetFlag(FLAGS_idle_timeout);
  if (idle_timeout < absl::ZeroDuration()) examples::BadFlag("--idle_timeout cannot be negative.");
  if (absl::GetFlag(FLAGS_max_clients) < 1) examples::BadFlag("--max_clients must be at least 1.");
  if (absl::GetFlag(FLAGS_max_pending_kib) < 1) examples::BadFlag("--max_pending_kib must be at least 1.");

  examples::RaiseDescriptorLimit();
  const absl::StatusOr<net::Listener> listener = net::Listen("tcp", absl::GetFlag(FLAGS_listen));
  if (!listener.ok()) {
    std::fprintf(stderr, "redisd: %s\n", std::string(listener.status().message()).c_str());
    return 1;
  }
  std::printf("redisd: listening on %s\n", listener->Addr().c_str());
  std::fflush(stdout);

  examples::redisd::Server server({
      .client = {.idle_timeout = idle_timeout,
                 .max_pending_bytes = static_cast<std::size_t>(absl::GetFlag(FLAGS_max_pending_kib)) << 10},
      .max_clients = static_cast<std::size_t>(absl::GetFlag(FLAGS_max_clients)),
  });
  const auto [ctx, stop] = signal::NotifyContext(Background(), SIGINT, SIGTERM);
  ContextAfterFunc(ctx, stop);  // the same signal again ends the process, as ever
  if (absl::Status status = server.Serve(ctx, *listener); !status.ok()) {
    std::fprintf(stderr, "redisd: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::printf("redisd: stopped\n");
}
