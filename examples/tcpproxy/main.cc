// A transparent TCP proxy that can also misbehave on purpose. docs/servers.md
//
//   ./bazelw run //examples/tcpproxy -- --listen=127.0.0.1:7000 --to=127.0.0.1:6379

#include <cstdint>
#include <random>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gort/examples/flags/descriptor_limit.h"
#include "gort/examples/flags/flags.h"
#include "gort/examples/tcpproxy/proxy.h"
#include "gort/examples/tcpproxy/run.h"
#include "gort/runtime/net/address.h"

using gort::examples::BadFlag;
using gort::examples::tcpproxy::Stall;

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "where to listen: host:port (0: a free port), or /the/path/of/a/socket");
ABSL_FLAG(std::string, to, "", "where the server is, in the same form; must be given");
ABSL_FLAG(std::int64_t, max_connections, 1024, "at once; more wait until one has ended");
ABSL_FLAG(absl::Duration, connect_timeout, absl::Seconds(10), "how long to try to reach the server");
ABSL_FLAG(absl::Duration, idle_timeout, absl::InfiniteDuration(), "a connection is reset when nothing has moved for so long");
ABSL_FLAG(absl::Duration, grace, absl::Seconds(10), "after SIGTERM or SIGINT connections may go on for so long");
ABSL_FLAG(double, fault_reset, 0, "reset connections after some bytes, with this probability each");
ABSL_FLAG(Stall, fault_stall, Stall(), "hold up writes: for how long, and with which probability each, as in 10ms,0.05");
ABSL_FLAG(std::uint64_t, fault_slice, 0, "write at most so many bytes at once (0: any number)");
ABSL_FLAG(std::uint64_t, fault_seed, 0, "where the faults are drawn from (0: chosen, and printed)");

namespace {

gort::examples::tcpproxy::ProxyOptions OptionsFromFlags() {
  gort::examples::tcpproxy::ProxyOptions options;
  options.to = absl::GetFlag(FLAGS_to);
  options.max_connections = absl::GetFlag(FLAGS_max_connections);
  options.connect_timeout = absl::GetFlag(FLAGS_connect_timeout);
  options.idle_timeout = absl::GetFlag(FLAGS_idle_timeout);
  options.grace = absl::GetFlag(FLAGS_grace);
  options.faults = {.reset = absl::GetFlag(FLAGS_fault_reset),
                    .stall = absl::GetFlag(FLAGS_fault_stall),
                    .slice = absl::GetFlag(FLAGS_fault_slice),
                    .seed = absl::GetFlag(FLAGS_fault_seed)};
  if (options.to.empty()) BadFlag("--to must say where the server is, as in --to=127.0.0.1:6379.");
  if (!options.to.starts_with('/') && !gort::net::SplitHostPort(options.to).ok())
    BadFlag(absl::StrCat("--to cannot be \"", options.to, "\": it is a host and a port, as in 127.0.0.1:6379, or the path of a socket."));
  if (options.max_connections < 1) BadFlag("--max_connections must be at least 1.");
  if (options.connect_timeout <= absl::ZeroDuration()) BadFlag("--connect_timeout must be above 0.");
  if (options.idle_timeout <= absl::ZeroDuration()) BadFlag("--idle_timeout must be above 0.");
  if (!(options.faults.reset >= 0 && options.faults.reset <= 1)) BadFlag("--fault_reset must be a probability, 0 to 1.");
  while (options.faults.seed == 0) options.faults.seed = std::random_device()();
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  gort::examples::ParseFlags(argc, argv, "Relays TCP connections to a server, byte by byte. SIGTERM and SIGINT stop it, SIGUSR1 prints counters.");
  const gort::examples::tcpproxy::ProxyOptions options = OptionsFromFlags();
  gort::examples::RaiseDescriptorLimit();  // two for each connection
  return gort::examples::tcpproxy::Run(absl::GetFlag(FLAGS_listen), options);
}
