// One connection: requests in, responses out, one after the other.
#ifndef GORT_EXAMPLES_HTTPD_SERVE_H_
#define GORT_EXAMPLES_HTTPD_SERVE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gort/examples/httpd/file.h"
#include "gort/examples/httpd/request.h"
#include "gort/examples/httpd/request_parser.h"
#include "gort/examples/httpd/response.h"

namespace gort::examples::httpd {

// What of a request has not come yet.
enum class Phase {
  kIdle,  // all of it: a connection that ends here loses nothing
  kHead,
  kBody,
};

// What a connection is made of; in a server a net::Conn, in a test a script.
class Stream {
 public:
  virtual ~Stream() = default;
  // Reads wait for `phase` from now on, of the same request till kIdle comes again or kHead for the next. Time for deadlines: a Read
  // that gives up after a time ends with DeadlineExceeded.
  virtual void Await(Phase phase) = 0;
  virtual absl::StatusOr<std::size_t> Read(std::span<char> buffer) = 0;  // 0: the other side sends no more
  virtual absl::Status Write(std::string_view bytes) = 0;                // all of it
};

struct ServeOptions {
  Limits limits;
  std::size_t requests = 10'000;  // on one connection, before it is closed
  std::function<Response(const Request&)> handler;
  // Reads a file of a response, as ReadAt does; in a server under gort::Blocking.
  std::function<absl::StatusOr<std::size_t>(const File&, std::uint64_t offset, std::span<char> buffer)> read_at =
      ReadAt;
  std::function<std::int64_t()> unix_seconds;  // the clock of Date fields
  std::function<bool()> draining;              // true once the server shuts down: the current response is the last one
};

// Serves `stream` until either side is through with it. Responses to requests that have come together (pipelining) are written
// together. A request that is refused, or that does not come in time, gets its response, too, and is the last one.
// Blocks: in stream and handler. Errors: what the stream says; not a client that has ended well, or sent nonsense.
absl::Status Serve(Stream& stream, const ServeOptions& options);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_SERVE_H_
