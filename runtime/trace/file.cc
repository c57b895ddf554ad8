#include "gort/runtime/trace/file.h"

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"

namespace gort::trace::internal {

namespace sys = runtime::sys;

File::File(const char* path) {
  const long fd = sys::Create(path);
  if (fd < 0) {
    error_ = static_cast<int>(-fd);
  } else {
    fd_ = static_cast<int>(fd);
  }
}

bool File::Write(void* file_pointer, const char* data, std::size_t size) {
  File* file = static_cast<File*>(file_pointer);
  while (size != 0 && file->error_ == 0) {
    const long n = sys::Write(file->fd_, data, size);
    if (n == -sys::kEINTR) continue;
    if (n < 0) {
      file->error_ = static_cast<int>(-n);
      break;
    }
    data += n;
    size -= static_cast<std::size_t>(n);
    sys::Printer::CountBytes(static_cast<std::uint64_t>(n));  // a report's watchdog shall see that it goes on
  }
  return file->error_ == 0;
}

bool File::Close() {
  if (fd_ >= 0) {
    const long result = sys::Close(fd_);
    if (result < 0 && error_ == 0) error_ = static_cast<int>(-result);
    fd_ = -1;
  }
  return error_ == 0;
}

}  // namespace gort::trace::internal
