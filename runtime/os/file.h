// Files for goroutines: regular ones, directories, fifos, pipes, terminals.
//
//     absl::StatusOr<std::string> text = gort::os::ReadFile("/etc/hosts");
//
//     absl::StatusOr<gort::os::File> log = gort::os::OpenFile("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
//     if (!log.ok()) return log.status();                      // "open log: permission denied"
//     absl::StatusOr<size_t> n = log->Write("started\n");
//
// What the kernel can poll (fifos, pipes, terminals, sockets) is waited for without a thread, and has deadlines. Calls on the others go
// to the disk under gort::Blocking: they keep a thread, and other goroutines run meanwhile. Open waits for the other end of a fifo in
// the same way, as in Go. Every descriptor is closed at exec.
//
// Errors are absl::Status with Go's text ("read /x: file already closed"). Cancelled: the file is closed. DeadlineExceeded: the
// deadline has passed. Others have the code that absl::ErrnoToStatusCode gives.
//
// Source: Go 1.27 os.File.
#ifndef GORT_RUNTIME_OS_FILE_H_
#define GORT_RUNTIME_OS_FILE_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace gort::os {

namespace internal {
class OpenFile;
}  // namespace internal

// What Stat tells. Source: Go 1.27 fs.FileInfo.
struct FileInfo {
  std::int64_t size_bytes = 0;
  mode_t mode = 0;  // kind and permissions, as stat(2) has them
  absl::Time mod_time;

  bool IsDir() const { return S_ISDIR(mode); }
  bool IsRegular() const { return S_ISREG(mode); }
};

// A handle: copies are the same file, and the last one closes it. Every thread may use it, several at a time; what one Write writes to
// a pipe stays together.
class File {
 public:
  // Refers to nothing: every call fails with InvalidArgument.
  File() = default;
  explicit File(std::shared_ptr<internal::OpenFile> impl) : impl_(std::move(impl)) {}

  // Reads what there is and fits; waits for a first byte if what it reads from may still get some. 0: the end, or `into` is empty.
  // Runs on: any thread, like all that follow.  Blocks: G.
  absl::StatusOr<std::size_t> Read(std::span<char> into) const;

  // Writes all of it, and returns its size; after an error an unknown part has been written. A pipe that nobody reads is an error
  // ("broken pipe") and no signal, except for Stdout and Stderr, with which SIGPIPE ends the program, as in Go.
  // Blocks: G.
  absl::StatusOr<std::size_t> Write(std::string_view text) const;

  // The same at `offset_bytes`, whatever Seek said. ReadAt fills all of `into` unless the file ends before.
  // Errors: InvalidArgument for a negative offset, and for WriteAt on a file opened with O_APPEND, which would go to its end.
  absl::StatusOr<std::size_t> ReadAt(std::span<char> into, std::int64_t offset_bytes) const;
  absl::StatusOr<std::size_t> WriteAt(std::string_view text, std::int64_t offset_bytes) const;

  // Moves where Read and Write go on; `whence` is SEEK_SET, SEEK_CUR or SEEK_END. Returns the new offset from the start.
  absl::StatusOr<std::int64_t> Seek(std::int64_t offset_bytes, int whence) const;

  // Has what was written reach the disk.
  absl::Status Sync() const;
  absl::Status Truncate(std::int64_t size_bytes) const;
  absl::StatusOr<FileInfo> Stat() const;

  // Closes it. Ends what waits in a pollable file with Cancelled, and waits for calls to the disk that are under way. When it returns,
  // the descriptor is free.
  // Errors: what close(2) has to say; Cancelled "file already closed" the second time.
  absl::Status Close() const;

  // Until when calls may wait; they fail with DeadlineExceeded afterwards, those that wait now, too, until another deadline is set.
  // absl::Time() or InfiniteFuture(): no deadline. Past: at once.
  // Errors: Unimplemented "file type does not support deadline" for what cannot be polled.
  absl::Status SetDeadline(absl::Time t) const { return SetDeadlines(true, true, t); }
  absl::Status SetReadDeadline(absl::Time t) const { return SetDeadlines(true, false, t); }
  absl::Status SetWriteDeadline(absl::Time t) const { return SetDeadlines(false, true, t); }
  absl::Status SetDeadline(std::chrono::system_clock::time_point t) const { return SetDeadline(absl::FromChrono(t)); }
  absl::Status SetReadDeadline(std::chrono::system_clock::time_point t) const {
    return SetReadDeadline(absl::FromChrono(t));
  }
  absl::Status SetWriteDeadline(std::chrono::system_clock::time_point t) const {
    return SetWriteDeadline(absl::FromChrono(t));
  }

  // The descriptor; it stays the file's, and is nonblocking if it can be polled. -1: closed.
  int Fd() const;
  // As given to Open; "|0" and "|1" for the ends of a Pipe.
  std::string Name() const;

  explicit operator bool() const { return impl_ != nullptr; }
  friend bool operator==(const File&, const File&) = default;

  // For this package.
  const std::shared_ptr<internal::OpenFile>& impl() const { return impl_; }

 private:
  absl::Status SetDeadlines(bool read, bool write, absl::Time t) const;

  std::shared_ptr<internal::OpenFile> impl_;
};

// Opens for reading.
// Runs on: any thread, like all that follow.  Blocks: G, and keeps a thread meanwhile.
absl::StatusOr<File> Open(const std::string& name);

// Opens for reading and writing, empty: what was there is gone. A new one has mode 0666 before umask.
absl::StatusOr<File> Create(const std::string& name);

// `flags` are those of open(2), O_RDWR | O_CREAT | ...; `mode` is that of a new file, before umask.
absl::StatusOr<File> OpenFile(const std::string& name, int flags, mode_t mode);

// All of a file. Of a fifo, what comes until the last writer closes it.
absl::StatusOr<std::string> ReadFile(const std::string& name);

// Makes `data` all there is in the file, which gets mode `mode` before umask if it is new. After an error it may have a part.
absl::Status WriteFile(const std::string& name, std::string_view data, mode_t mode = 0666);

// What is written to .second is read from .first. Source: Go 1.27 os.Pipe.
absl::StatusOr<std::pair<File, File>> Pipe();

// Descriptors 0, 1 and 2. They are used under gort::Blocking: they belong to other processes too, which O_NONBLOCK would surprise.
const File& Stdin();
const File& Stdout();
const File& Stderr();

}  // namespace gort::os

#endif  // GORT_RUNTIME_OS_FILE_H_
