// Errors of files and processes in Go's words: "open /x: no such file or directory".
#ifndef GORT_RUNTIME_OS_OSERROR_H_
#define GORT_RUNTIME_OS_OSERROR_H_

#include <string_view>

#include "absl/status/status.h"

namespace gort::os::internal {

// "op path: text", "op: text" if `path` is empty, for a result below 0: -errno, netpoll::kClosed or netpoll::kDeadlineExceeded.
//   kClosed            Cancelled, "file already closed"
//   kDeadlineExceeded  DeadlineExceeded, "i/o timeout"
//   -errno             the code that abseil gives it
// Source: Go 1.27 fs.PathError, os.SyscallError.
absl::Status PathError(std::string_view op, std::string_view path, long result);

}  // namespace gort::os::internal

#endif  // GORT_RUNTIME_OS_OSERROR_H_
