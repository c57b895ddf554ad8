#include "gort/runtime/trace/view/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace gort::trace::view {
namespace {

absl::Status Because(int error, std::string_view advice) {
  return absl::UnknownError(absl::StrCat(std::strerror(error), "; ", advice));
}

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Because(errno, "make room or write elsewhere with -o");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Because(errno, "give the path of a trace file");
  const absl::Cleanup close_it = [fd] { close(fd); };
  struct stat info;
  if (fstat(fd, &info) != 0) return Because(errno, "give the path of a trace file");
  if (S_ISDIR(info.st_mode)) return absl::InvalidArgumentError("it is a directory; give the path of a trace file");
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("it is no regular file; copy the trace into one");
  const auto size = static_cast<size_t>(info.st_size);
  if (size > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat("it has ", size >> 20, " MiB, and a page can show ", max_bytes >> 20,
                                                   " MiB; record a shorter time"));
  }
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const ssize_t n = read(fd, bytes.data() + got, size - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Because(errno, "copy the file to a place where it can be read");
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

absl::Status WriteFile(const std::string& path, std::string_view bytes) {
  const std::string part = path + ".part";
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Because(errno, "name another place for the page with -o");
  absl::Status status = WriteAll(fd, bytes);
  if (close(fd) != 0 && status.ok()) status = Because(errno, "make room or write elsewhere with -o");
  if (status.ok() && std::rename(part.c_str(), path.c_str()) != 0) {
    status = Because(errno, "name another place for the page with -o");
  }
  if (!status.ok()) unlink(part.c_str());
  return status;
}

}  // namespace gort::trace::view
