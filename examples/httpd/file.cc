#include "gort/examples/httpd/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gort::examples::httpd {
namespace {

// ELOOP is how O_NOFOLLOW refuses a symbolic link, ENXIO how a pipe without a reader refuses O_NONBLOCK.
absl::Status OpenError(int error, std::string_view path) {
  if (error == ELOOP || error == ENXIO || error == ENOTDIR) error = ENOENT;
  return absl::ErrnoToStatus(error, absl::StrCat("open ", path));
}

}  // namespace

File::~File() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<Root> Root::Open(const std::string& path) {
  File folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  return Root(std::move(folder));
}

absl::StatusOr<OpenedFile> Root::OpenBelow(std::string_view path) const {
  OpenedFile opened;
  opened.file = File(openat(folder_.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.file.is_open()) return OpenError(errno, path);
  for (const std::string_view segment : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (segment == "." || segment == "..")
      return absl::NotFoundError(absl::StrCat("open ", path, ": not a path below the root"));
    // O_NONBLOCK: to open a pipe must not wait for its other end.
    File next(openat(opened.file.fd(), std::string(segment).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!next.is_open()) return OpenError(errno, path);
    opened.file = std::move(next);
  }
  struct stat info;
  if (fstat(opened.file.fd(), &info) != 0) return OpenError(errno, path);
  opened.is_directory = S_ISDIR(info.st_mode);
  if (!opened.is_directory && (!S_ISREG(info.st_mode) || path.back() == '/')) return OpenError(ENOENT, path);
  opened.size_bytes = static_cast<std::uint64_t>(info.st_size);
  opened.modified_unix_seconds = info.st_mtim.tv_sec;
  return opened;
}

absl::StatusOr<std::size_t> ReadAt(const File& file, std::uint64_t offset, std::span<char> buffer) {
  std::size_t got = 0;
  while (got < buffer.size()) {
    const ssize_t n = pread(file.fd(), buffer.data() + got, buffer.size() - got, static_cast<off_t>(offset + got));
    if (n == 0) break;
    if (n < 0) {
      if (errno == EINTR) continue;
      return absl::ErrnoToStatus(errno, "read");
    }
    got += static_cast<std::size_t>(n);
  }
  return got;
}

}  // namespace gort::examples::httpd
