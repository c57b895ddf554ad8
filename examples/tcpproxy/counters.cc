#include "gort/examples/tcpproxy/counters.h"

#include <filesystem>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "gort/runtime/goroutine/goroutine.h"

namespace gort::examples::tcpproxy {
namespace {

// Without the one through which we look.
long OpenFiles() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  return error ? -1 : std::distance(begin(files), end(files)) - 1;
}

}  // namespace

std::string Counters::ToString() const {
  return absl::StrCat("accepted=", accepted.load(), " active=", active.load(), " unreached=", unreached.load(),
                      " aborted=", aborted.load(), " idle=", idle.load(), " resets=", resets.load(), " stalls=", stalls.load(),
                      " bytes_up=", bytes_up.load(), " bytes_down=", bytes_down.load(), " goroutines=", NumGoroutine(),
                      " fds=", OpenFiles());
}

}  // namespace gort::examples::tcpproxy
