#include "gort/runtime/os/openfile.h"

#include <fcntl.h>
#include <sys/syscall.h>

namespace gort::os::internal {

namespace {

constexpr int kFirstOwnFd = 3;  // after stdin, stdout and stderr

}  // namespace

OpenFile::OpenFile(int fd, std::string name, Kind kind, bool append)
    : name_(std::move(name)), append_(append), standard_output_(fd == 1 || fd == 2), kind_(kind) {
  if (kind_ == Kind::kPolled && descriptor_.Open(fd) != 0) kind_ = Kind::kBlocking;  // mostly -EPERM: a regular file
  if (kind_ == Kind::kBlocking) fd_ = fd;
}

long OpenFile::DupForChild() {
  return Use([this](int fd) {
    const long copy = Call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, kFirstOwnFd);
    if (copy < 0 || kind_ == Kind::kBlocking) return copy;
    blocking_.store(true, std::memory_order_relaxed);
    const long flags = Call(SYS_fcntl, fd, F_GETFL);
    Call(SYS_fcntl, fd, F_SETFL, flags & ~O_NONBLOCK);
    return copy;
  });
}

long OpenFile::Close() {
  if (kind_ == Kind::kPolled) return descriptor_.Close();
  const std::lock_guard hold(use_);
  if (fd_ < 0) return netpoll::kClosed;
  const int fd = std::exchange(fd_, -1);
  const long result = Blocking([fd] { return Call(SYS_close, fd); });
  return result == -EINTR ? 0 : result;  // Linux has closed it nevertheless
}

int OpenFile::fd() const {
  if (kind_ == Kind::kPolled) return descriptor_.fd();
  const std::shared_lock hold(use_);
  return fd_;
}

}  // namespace gort::os::internal
