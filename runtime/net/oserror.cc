#include "gort/runtime/net/oserror.h"

#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/netpoll/descriptor.h"

namespace gort::net::internal {

absl::Status OpError(const Op& op, absl::StatusCode code, std::string_view text) {
  std::string all(op.op);
  if (!op.network.empty()) absl::StrAppend(&all, " ", op.network);
  if (!op.source.empty()) absl::StrAppend(&all, " ", op.source);
  if (!op.address.empty()) absl::StrAppend(&all, op.source.empty() ? " " : "->", op.address);
  absl::StrAppend(&all, ": ", text);
  return absl::Status(code, all);
}

absl::Status OpError(const Op& op, std::string_view call, long result) {
  if (result == netpoll::kClosed) return OpError(op, absl::StatusCode::kCancelled, "use of closed network connection");
  if (result == netpoll::kDeadlineExceeded) return OpError(op, absl::StatusCode::kDeadlineExceeded, "i/o timeout");
  const int error = static_cast<int>(-result);
  return OpError(op, absl::ErrnoToStatusCode(error), absl::StrCat(call, ": ", ErrnoText(error)));
}

std::string ErrnoText(int error) {
  char room[128];
  std::string text = strerror_r(error, room, sizeof(room));  // GNU's, which may leave `room` alone
  const bool name = text.size() > 1 && absl::ascii_isupper(static_cast<unsigned char>(text[1]));  // "RPC ...", "NFS ..."
  if (!text.empty() && !name) text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));
  return text;
}

}  // namespace gort::net::internal
