// httpd: an HTTP/1.1 server for files. docs/servers.md shows it at work.
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gort/examples/flags/descriptor_limit.h"
#include "gort/examples/flags/flags.h"
#include "gort/examples/httpd/app.h"
#include "gort/examples/httpd/server.h"
#include "gort/gort.h"
#include "gort/runtime/signal/signal.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:8080", "the address to listen on, host:port; port 0: a free one");
ABSL_FLAG(std::string, root, "", "the folder whose files are served; none: no files");
ABSL_FLAG(bool, debug, false, "whether /debug/goroutines shows everybody where all goroutines stand");
ABSL_FLAG(absl::Duration, idle_timeout, absl::Minutes(2), "how long a connection may wait for its next request");
ABSL_FLAG(absl::Duration, read_header_timeout, absl::Seconds(10), "how long a request's head may take");
ABSL_FLAG(absl::Duration, read_body_timeout, absl::Minutes(1), "how long a request's body may take");
ABSL_FLAG(absl::Duration, write_timeout, absl::Minutes(1),
          "how long a client may take to read 64 KiB of a file, or another answer");
ABSL_FLAG(absl::Duration, shutdown_timeout, absl::Seconds(30), "how long requests may take to finish after SIGTERM");
ABSL_FLAG(unsigned, max_connections, 10'000, "how many connections are served at the same time");
ABSL_FLAG(unsigned, max_header_bytes, 32 << 10, "how long all fields of a request's head may be together");
ABSL_FLAG(unsigned, max_body_bytes, 1 << 20, "how long a request's body may be");

namespace httpd = gort::examples::httpd;
using gort::examples::BadFlag;

namespace {

absl::Duration Positive(const absl::Flag<absl::Duration>& flag) {
  const absl::Duration value = absl::GetFlag(flag);
  if (value <= absl::ZeroDuration()) BadFlag(absl::StrCat("--", flag.Name(), " must be longer than 0s."));
  return value;
}

httpd::ServerOptions Options(const httpd::App& app) {
  httpd::ServerOptions options;
  httpd::UseApp(app, &options.serve);
  options.serve.limits.header_bytes = absl::GetFlag(FLAGS_max_header_bytes);
  options.serve.limits.body_bytes = absl::GetFlag(FLAGS_max_body_bytes);
  options.idle_timeout = Positive(FLAGS_idle_timeout);
  options.read_header_timeout = Positive(FLAGS_read_header_timeout);
  options.read_body_timeout = Positive(FLAGS_read_body_timeout);
  options.write_timeout = Positive(FLAGS_write_timeout);
  options.max_connections = absl::GetFlag(FLAGS_max_connections);
  if (options.max_connections == 0) BadFlag("--max_connections must be 1 or more.");
  return options;
}

int Fail(const absl::Status& status, const char* advice) {
  std::fprintf(stderr, "httpd: %s%s\n", std::string(status.message()).c_str(), advice);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  gort::examples::ParseFlags(
      argc, argv,
      "httpd serves files over HTTP/1.1, and /hello and /echo. It prints the address it listens on. "
      "SIGINT or SIGTERM: it answers the requests that it is at, and ends; a second one: at once.");
  const std::string address = absl::GetFlag(FLAGS_listen), folder = absl::GetFlag(FLAGS_root);
  if (!gort::net::SplitHostPort(address).ok())
    BadFlag(absl::StrCat("--listen cannot be \"", address, "\": it is a host and a port, as in 127.0.0.1:8080."));
  std::optional<httpd::Root> root;
  if (!folder.empty()) {
    absl::StatusOr<httpd::Root> opened = httpd::Root::Open(folder);
    if (!opened.ok()) BadFlag(absl::StrCat("--root cannot be \"", folder, "\": ", opened.status().message(), "."));
    root = *std::move(opened);
  }
  const httpd::App app(std::move(root), absl::GetFlag(FLAGS_debug));
  const httpd::ServerOptions options = Options(app);
  const absl::Duration grace = Positive(FLAGS_shutdown_timeout);
  gort::examples::RaiseDescriptorLimit();
  const gort::Chan<int> stops = gort::MakeChan<int>(1);
  gort::signal::Notify(stops, SIGINT, SIGTERM);
  const absl::StatusOr<gort::net::Listener> listener = gort::net::Listen("tcp", address);
  if (!listener.ok()) return Fail(listener.status(), " (--listen chooses another address)");
  std::printf("httpd: listening on %s\n", listener->Addr().c_str());
  std::fflush(stdout);  // whoever started it waits for this line
  httpd::Server server(*listener, options);
  const absl::Status status = server.RunUntil(stops, grace);
  return status.ok() ? 0 : Fail(status, "");
}
