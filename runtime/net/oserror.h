// Errors of the network in Go's words: "read tcp 127.0.0.1:51192->127.0.0.1:80: connection reset by peer".
#ifndef GORT_RUNTIME_NET_OSERROR_H_
#define GORT_RUNTIME_NET_OSERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace gort::net::internal {

// Where it happened: the first part of the text. Source: Go 1.27 net.OpError.
struct Op {
  std::string_view op;       // "read"
  std::string_view network;  // "tcp"
  std::string_view source;   // the own address; may be empty
  std::string_view address;  // the peer's; may be empty
};

// "op network source->address: " and then the text.
absl::Status OpError(const Op& op, absl::StatusCode code, std::string_view text);

// For a result below 0: -errno of `call`, netpoll::kClosed or netpoll::kDeadlineExceeded.
//   kClosed            Cancelled, "use of closed network connection"
//   kDeadlineExceeded  DeadlineExceeded, "i/o timeout"
//   -errno             the code that abseil gives it, "call: connection refused"
absl::Status OpError(const Op& op, std::string_view call, long result);

// errno in words, as Go writes them: the first letter is small.
std::string ErrnoText(int error);

}  // namespace gort::net::internal

#endif  // GORT_RUNTIME_NET_OSERROR_H_
