#include "gort/runtime/os/oserror.h"

#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gort/runtime/netpoll/descriptor.h"

namespace gort::os::internal {

namespace {

// errno in words, as Go writes them: the first letter is small.
std::string ErrnoText(int error) {
  char room[128];
  std::string text = strerror_r(error, room, sizeof(room));  // GNU's, which may leave `room` alone
  const bool name =
      text.size() > 1 && absl::ascii_isupper(static_cast<unsigned char>(text[1]));  // "RPC ...", "NFS ..."
  if (!text.empty() && !name) text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));
  return text;
}

}  // namespace

absl::Status PathError(std::string_view op, std::string_view path, long result) {
  const std::string where = absl::StrCat(op, path.empty() ? "" : " ", path, ": ");
  if (result == netpoll::kClosed) return absl::CancelledError(absl::StrCat(where, "file already closed"));
  if (result == netpoll::kDeadlineExceeded) return absl::DeadlineExceededError(absl::StrCat(where, "i/o timeout"));
  const int error = static_cast<int>(-result);
  return absl::Status(absl::ErrnoToStatusCode(error), absl::StrCat(where, ErrnoText(error)));
}

}  // namespace gort::os::internal
