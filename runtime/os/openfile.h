// What a File refers to: a descriptor, and how one waits for it.
//
//   kPolled     by netpoll::Descriptor, nonblocking
//   kBlocking   under gort::Blocking. `use` is held for reading during each call, and for writing by Close.
//   a polled one of which a child process has a copy: it is blocking now, for all who share it, so it is used under gort::Blocking, and
//   the Descriptor only counts who uses it.
#ifndef GORT_RUNTIME_OS_OPENFILE_H_
#define GORT_RUNTIME_OS_OPENFILE_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "gort/runtime/netpoll/descriptor.h"
#include "gort/runtime/os/calls.h"
#include "gort/runtime/sync/rwmutex.h"

namespace gort::os::internal {

class OpenFile {
 public:
  enum class Kind { kPolled, kBlocking };

  // Takes over fd. kPolled: if the kernel can poll it, kBlocking otherwise.
  // Runs on: any thread.  Blocks: never.
  OpenFile(int fd, std::string name, Kind kind, bool append = false);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { Close(); }

  // f(fd), a system call that reads (writes), once it has a result. f returns -errno. kClosed: the file is closed.
  // Blocks: G.
  template <class F>
  long Reading(F&& f) {
    return Waits() ? descriptor_.ReadWith(f) : Use(f);
  }
  template <class F>
  long Writing(F&& f) {
    return Waits() ? descriptor_.WriteWith(f) : Use(f);
  }
  // f(fd) for calls that wait for nobody but the disk.
  template <class F>
  long Use(F&& f) {
    if (kind_ == Kind::kPolled) return Uninterrupted([&] { return descriptor_.Use(f); });
    const std::shared_lock hold(use_);
    if (fd_ < 0) return netpoll::kClosed;
    return Uninterrupted([&] { return f(fd_); });
  }

  // A copy for a child process, closed at exec, above 2; the file is blocking from here on. Or -errno, kClosed.
  long DupForChild();

  // Whether it has deadlines.
  bool Waits() const { return kind_ == Kind::kPolled && !blocking_.load(std::memory_order_relaxed); }
  netpoll::Descriptor& descriptor() { return descriptor_; }

  long Close();
  int fd() const;
  const std::string& name() const { return name_; }
  bool append() const { return append_; }
  // Whether SIGPIPE ends the program, as Go has it for these two.
  bool is_standard_output() const { return standard_output_; }

 private:
  const std::string name_;
  const bool append_;
  const bool standard_output_;
  Kind kind_;  // constant after construction
  netpoll::Descriptor descriptor_;
  // kPolled only. Relaxed: whoever sees it late finds a descriptor that blocks its thread, which is slow and not wrong.
  std::atomic<bool> blocking_{false};
  mutable RWMutex use_;
  int fd_ = -1;  // kBlocking only; -1: closed.  guard: use_
};

}  // namespace gort::os::internal

#endif  // GORT_RUNTIME_OS_OPENFILE_H_
