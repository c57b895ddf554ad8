#include "gort/runtime/os/file.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gort/runtime/goroutine/errno.h"
#include "gort/runtime/netpoll/descriptor.h"
#include "gort/runtime/os/calls.h"
#include "gort/runtime/os/openfile.h"
#include "gort/runtime/os/oserror.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/time/duration.h"
#include "gort/runtime/time/now.h"

namespace gort::os {

namespace {

using internal::Call;
using internal::PathError;
using Kind = internal::OpenFile::Kind;
using Impl = internal::OpenFile;

// What ReadFile starts with at least, for files that do not tell their size, and at most, for those that exaggerate (/proc/kcore).
constexpr std::size_t kLeastReadBytes = 512;
constexpr std::size_t kMostReadBytes = std::size_t{1} << 30;

absl::Status NoFile() { return absl::InvalidArgumentError("invalid argument"); }

std::int64_t ToDeadline(absl::Time t) {
  if (t == absl::Time() || t == absl::InfiniteFuture()) return 0;
  const absl::Duration left = t - Now();
  return left <= absl::ZeroDuration() ? netpoll::After(-1) : netpoll::After(gort::internal::ToTimerNs(left));
}

// Keeps the SIGPIPE of this thread's writes away, for a scope without a park. A signal that comes to the thread by its own write(2) is
// pending for that thread, where Taken picks it up. Rejected: ignoring SIGPIPE, which is the program's to decide.
class NoSigpipe {
 public:
  NoSigpipe() { runtime::sys::RtSigprocmask(runtime::sys::kSIG_BLOCK, &kPipe, &before_); }
  ~NoSigpipe() { runtime::sys::RtSigprocmask(runtime::sys::kSIG_SETMASK, &before_, nullptr); }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

  // After a write that said EPIPE. If the thread had the signal blocked itself, one more that is pending disturbs nobody.
  void Take() const {
    if ((before_ & kPipe) != 0) return;
    const timespec at_once = {};
    Call(SYS_rt_sigtimedwait, &kPipe, 0, &at_once, sizeof(kPipe));
  }

 private:
  static constexpr runtime::sys::SigsetBits kPipe = runtime::sys::SigBit(SIGPIPE);
  runtime::sys::SigsetBits before_ = 0;
};

// write(2) or, with an offset that is not negative, pwrite(2).
long WriteOnce(int fd, std::string_view text, std::int64_t offset_bytes) {
  return offset_bytes < 0 ? Call(SYS_write, fd, text.data(), text.size())
                          : Call(SYS_pwrite64, fd, text.data(), text.size(), offset_bytes);
}

// Writes all of `text`. Returns 0 or as OpenFile::Writing.
long WriteAll(Impl& file, std::string_view text, std::int64_t offset_bytes = -1) {
  const auto all = [&](int fd) {
    while (!text.empty()) {
      const long n = WriteOnce(fd, text, offset_bytes);
      if (n < 0) return n;
      text.remove_prefix(static_cast<std::size_t>(n));
      if (offset_bytes >= 0) offset_bytes += n;
    }
    return 0L;
  };
  if (file.is_standard_output()) return file.Writing(all);
  return file.Writing([&](int fd) {
    const NoSigpipe guard;
    const long result = all(fd);
    if (result == -EPIPE) guard.Take();
    return result;
  });
}

// stat(2)'s answer for `file`.
absl::StatusOr<struct stat> Fstat(Impl& file) {
  struct stat found = {};
  // fstat(3) in place of the system call, whose struct differs from libc's on some machines.
  const long result = file.Use([&](int fd) { return fstat(fd, &found) == 0 ? 0L : -static_cast<long>(Errno()); });
  if (result < 0) return PathError("stat", file.name(), result);
  return found;
}

File* Standard(int fd, const char* name) { return new File(std::make_shared<Impl>(fd, name, Kind::kBlocking)); }

}  // namespace

absl::StatusOr<std::size_t> File::Read(std::span<char> into) const {
  if (impl_ == nullptr) return NoFile();
  const long n =
      impl_->Reading([&](int fd) { return into.empty() ? 0 : Call(SYS_read, fd, into.data(), into.size()); });
  if (n < 0) return PathError("read", impl_->name(), n);
  return static_cast<std::size_t>(n);
}

absl::StatusOr<std::size_t> File::Write(std::string_view text) const {
  if (impl_ == nullptr) return NoFile();
  const long result = WriteAll(*impl_, text);
  if (result < 0) return PathError("write", impl_->name(), result);
  return text.size();
}

absl::StatusOr<std::size_t> File::ReadAt(std::span<char> into, std::int64_t offset_bytes) const {
  if (impl_ == nullptr) return NoFile();
  if (offset_bytes < 0) return absl::InvalidArgumentError(absl::StrCat("readat ", impl_->name(), ": negative offset"));
  std::size_t done = 0;
  const long result = impl_->Reading([&](int fd) {
    while (done < into.size()) {
      const long n =
          Call(SYS_pread64, fd, into.data() + done, into.size() - done, offset_bytes + static_cast<std::int64_t>(done));
      if (n <= 0) return n;
      done += static_cast<std::size_t>(n);
    }
    return 0L;
  });
  if (result < 0) return PathError("read", impl_->name(), result);
  return done;
}

absl::StatusOr<std::size_t> File::WriteAt(std::string_view text, std::int64_t offset_bytes) const {
  if (impl_ == nullptr) return NoFile();
  if (impl_->append()) return absl::InvalidArgumentError("os: invalid use of WriteAt on file opened with O_APPEND");
  if (offset_bytes < 0) return absl::InvalidArgumentError(absl::StrCat("writeat ", impl_->name(), ": negative offset"));
  const long result = WriteAll(*impl_, text, offset_bytes);
  if (result < 0) return PathError("write", impl_->name(), result);
  return text.size();
}

absl::StatusOr<std::int64_t> File::Seek(std::int64_t offset_bytes, int whence) const {
  if (impl_ == nullptr) return NoFile();
  const long at = impl_->Use([&](int fd) { return Call(SYS_lseek, fd, offset_bytes, whence); });
  if (at < 0) return PathError("seek", impl_->name(), at);
  return at;
}

absl::Status File::Sync() const {
  if (impl_ == nullptr) return NoFile();
  const long result = impl_->Use([](int fd) { return Call(SYS_fsync, fd); });
  return result < 0 ? PathError("sync", impl_->name(), result) : absl::OkStatus();
}

absl::Status File::Truncate(std::int64_t size_bytes) const {
  if (impl_ == nullptr) return NoFile();
  const long result = impl_->Use([&](int fd) { return Call(SYS_ftruncate, fd, size_bytes); });
  return result < 0 ? PathError("truncate", impl_->name(), result) : absl::OkStatus();
}

absl::StatusOr<FileInfo> File::Stat() const {
  if (impl_ == nullptr) return NoFile();
  const absl::StatusOr<struct stat> found = Fstat(*impl_);
  if (!found.ok()) return found.status();
  return FileInfo{found->st_size, found->st_mode, absl::TimeFromTimespec(found->st_mtim)};
}

absl::Status File::Close() const {
  if (impl_ == nullptr) return NoFile();
  const long result = impl_->Close();
  return result < 0 ? PathError("close", impl_->name(), result) : absl::OkStatus();
}

absl::Status File::SetDeadlines(bool read, bool write, absl::Time t) const {
  if (impl_ == nullptr) return NoFile();
  if (impl_->fd() < 0) return absl::CancelledError("use of closed file");
  if (!impl_->Waits()) return absl::UnimplementedError("file type does not support deadline");
  const std::int64_t when_ns = ToDeadline(t);
  netpoll::Descriptor& d = impl_->descriptor();
  const long result = read && write ? d.SetDeadline(when_ns)
                      : read        ? d.SetReadDeadline(when_ns)
                                    : d.SetWriteDeadline(when_ns);
  return result < 0 ? absl::CancelledError("use of closed file") : absl::OkStatus();
}

int File::Fd() const { return impl_ != nullptr ? impl_->fd() : -1; }

std::string File::Name() const { return impl_ != nullptr ? impl_->name() : std::string(); }

absl::StatusOr<File> Open(const std::string& name) { return OpenFile(name, O_RDONLY, 0); }

absl::StatusOr<File> Create(const std::string& name) { return OpenFile(name, O_RDWR | O_CREAT | O_TRUNC, 0666); }

absl::StatusOr<File> OpenFile(const std::string& name, int flags, mode_t mode) {
  const long fd = internal::Uninterrupted(
      [&] { return Call(SYS_openat, AT_FDCWD, name.c_str(), flags | O_CLOEXEC | O_LARGEFILE, mode); });
  if (fd < 0) return PathError("open", name, fd);
  return File(std::make_shared<Impl>(static_cast<int>(fd), name, Kind::kPolled, (flags & O_APPEND) != 0));
}

absl::StatusOr<std::string> ReadFile(const std::string& name) {
  const absl::StatusOr<File> file = Open(name);
  if (!file.ok()) return file.status();
  const absl::StatusOr<FileInfo> info = file->Stat();
  // One byte more than there should be, so that the read that finds the end needs no more room.
  const std::size_t expected = info.ok() && info->IsRegular() ? static_cast<std::size_t>(info->size_bytes) + 1 : 0;
  std::string text(std::clamp(expected, kLeastReadBytes, kMostReadBytes), '\0');
  for (std::size_t done = 0;;) {
    const absl::StatusOr<std::size_t> n = file->Read(std::span(text).subspan(done));
    if (!n.ok()) return n.status();
    done += *n;
    if (*n == 0) {
      text.resize(done);
      return text;
    }
    if (done == text.size()) text.resize(2 * text.size());
  }
}

absl::Status WriteFile(const std::string& name, std::string_view data, mode_t mode) {
  const absl::StatusOr<File> file = OpenFile(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::size_t> written = file->Write(data);
  const absl::Status closed = file->Close();
  return written.ok() ? closed : written.status();
}

absl::StatusOr<std::pair<File, File>> Pipe() {
  int fds[2];
  const long result = Call(SYS_pipe2, fds, O_CLOEXEC);
  if (result < 0) return PathError("pipe2", "", result);
  File reader(std::make_shared<Impl>(fds[0], "|0", Kind::kPolled));
  File writer(std::make_shared<Impl>(fds[1], "|1", Kind::kPolled));
  return std::pair(std::move(reader), std::move(writer));
}

// Never destroyed: other threads may write while the program ends.
const File& Stdin() {
  static const File& file = *Standard(0, "/dev/stdin");
  return file;
}

const File& Stdout() {
  static const File& file = *Standard(1, "/dev/stdout");
  return file;
}

const File& Stderr() {
  static const File& file = *Standard(2, "/dev/stderr");
  return file;
}

}  // namespace gort::os
