// Files below a root that nothing leads out of.
#ifndef GORT_EXAMPLES_HTTPD_FILE_H_
#define GORT_EXAMPLES_HTTPD_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace gort::examples::httpd {

// An open file descriptor, or none. Movable.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct OpenedFile {
  File file;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_unix_seconds = 0;
  bool is_directory = false;
};

// A folder whose files are served.
class Root {
 public:
  // Errors: NotFound and the like, with the path and what the system says.
  static absl::StatusOr<Root> Open(const std::string& path);

  // Opens the file or folder at `path`, which begins with '/' (Target.path). It goes from folder to folder and follows no symbolic
  // link, so there is no path, and no race with somebody who moves folders about, that ends outside. What is neither a regular file nor
  // a folder (a pipe, a device) does not exist.
  // Runs on: a thread that may block (gort::Blocking).
  // Errors: NotFound; PermissionDenied; ResourceExhausted without descriptors.
  absl::StatusOr<OpenedFile> OpenBelow(std::string_view path) const;

 private:
  explicit Root(File folder) : folder_(std::move(folder)) {}
  File folder_;
};

// Reads from `offset` on until `buffer` is full or the file ends; returns how many bytes that is.
// Runs on: a thread that may block.
absl::StatusOr<std::size_t> ReadAt(const File& file, std::uint64_t offset, std::span<char> buffer);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_FILE_H_
