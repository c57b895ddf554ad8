// From a process to its CPU quota, in three steps:
//
//   /proc/self/cgroup     "4:cpu,cpuacct:/a/b"  (version 1)  or  "0::/a/b"  (version 2)    which group: /a/b
//   /proc/self/mountinfo  "... /a /sys/fs/cgroup/cpu ... - cgroup cgroup rw,cpu,cpuacct"   where groups lie as folders; this
//                                                                                          mount shows those from /a on
//   /sys/fs/cgroup/cpu/b  cpu.cfs_quota_us, cpu.cfs_period_us (version 1), cpu.max (version 2); then its parents, up to the
//                         mount point
//
// A controller belongs to one version at a time; when version 1 has the cpu controller, version 2's groups have no cpu.max.
#include "gort/runtime/sched/cgroup.h"

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/runtime/sys/text.h"

namespace gort::runtime {
namespace {

using sys::Cut;
using sys::ParseUint;
using sys::Text;

// Longer paths are taken for none; those of the usual managers of containers have 200 characters.
constexpr size_t kPathBytes = 1024;
// Longer lines are skipped. A mount of a control group has two such paths and a few words; what is longer is another one.
constexpr size_t kLineBytes = 4096;

long OpenForReading(const char* path) { return sys::Open(path, sys::kO_RDONLY | sys::kO_CLOEXEC); }

// The file's lines one after the other, through one buffer.
class LineReader {
 public:
  LineReader(OpenFn open, const char* path) : fd_(open(path)) {}
  ~LineReader() {
    if (!sys::IsError(fd_)) sys::Close(static_cast<int>(fd_));
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line, without its end; valid until the next call. False: there is none, or the file cannot be read.
  bool Next(Text* line) {
    bool too_long = false;
    for (;;) {
      Text rest(buffer_ + begin_, end_ - begin_);
      const Text head = Cut(&rest, '\n');
      if (rest.data != head.data + head.size) {  // a line's end was there
        begin_ += head.size + 1;
        if (!too_long) {
          *line = head;
          return true;
        }
        too_long = false;
      } else if (!Fill(&too_long)) {
        // The last line may lack its end.
        *line = Text(buffer_ + begin_, end_ - begin_);
        begin_ = end_;
        return !too_long && !line->empty();
      }
    }
  }

 private:
  // Reads more behind what is there. When the buffer is full of one line, that line is dropped. False: end of the file.
  bool Fill(bool* too_long) {
    if (begin_ == 0 && end_ == kLineBytes) {
      *too_long = true;
      begin_ = end_;
    }
    for (size_t i = begin_; i < end_; ++i) buffer_[i - begin_] = buffer_[i];
    end_ -= begin_;
    begin_ = 0;
    long n = fd_;
    if (!sys::IsError(fd_)) {
      do {
        n = sys::Read(static_cast<int>(fd_), buffer_ + end_, kLineBytes - end_);
      } while (n == -sys::kEINTR);
    }
    if (sys::IsError(n) || n == 0) return false;
    end_ += static_cast<size_t>(n);
    return true;
  }

  const long fd_;  // or -errno
  size_t begin_ = 0, end_ = 0;
  char buffer_[kLineBytes];  // [begin_, end_) is read and not yet given out
};

// A path in a buffer of its own, always with a 0 at its end. Add says whether it fitted.
class Path {
 public:
  Path() { Truncate(0); }

  bool Add(Text text) {
    if (text.size >= kPathBytes - size_) return false;
    for (size_t i = 0; i < text.size; ++i) text_[size_++] = text.data[i];
    text_[size_] = '\0';
    return true;
  }

  // Text of mountinfo, where blank, tab, newline and backslash are \040, \011, \012, \134. Source: proc(5).
  bool AddUnescaped(Text text) {
    for (size_t i = 0; i < text.size; ++i) {
      char c = text.data[i];
      if (c == '\\' && i + 3 < text.size) {
        c = static_cast<char>((text.data[i + 1] - '0') * 64 + (text.data[i + 2] - '0') * 8 + (text.data[i + 3] - '0'));
        i += 3;
      }
      if (!Add(Text(&c, 1))) return false;
    }
    return true;
  }

  void Truncate(size_t size) {
    size_ = size;
    text_[size_] = '\0';
  }

  Text text() const { return Text(text_, size_); }
  const char* c_str() const { return text_; }

 private:
  size_t size_;
  char text_[kPathBytes];
};

// Whether `item` is one of `list`, which has commas between.
bool Contains(Text list, Text item) {
  while (!list.empty()) {
    if (Cut(&list, ',') == item) return true;
  }
  return false;
}

// "/" is a root without components: with "", "/a" begins with it as "/a/b" begins with "/a".
Text WithoutSlash(Text path) {
  return path.size > 0 && path.data[path.size - 1] == '/' ? Text(path.data, path.size - 1) : path;
}

// Whether the path leads out of what it is relative to: the group of a process that was moved out of the root of its own
// namespace. As a folder it would be somewhere else.
bool BeginsWithParent(Text path) {
  Cut(&path, '/');
  return Cut(&path, '/') == "..";
}

enum class Version { kNone, k1, k2 };

// Step 1: the group, as a path among groups.
Version FindGroup(OpenFn open, Path* group) {
  LineReader lines(open, "/proc/self/cgroup");
  Version version = Version::kNone;
  Text line;
  while (lines.Next(&line)) {
    const Text hierarchy = Cut(&line, ':');
    const Text controllers = Cut(&line, ':');
    const bool is_v1 = Contains(controllers, "cpu");
    const bool is_v2 = hierarchy == "0" && controllers.empty();
    if (!is_v1 && !is_v2) continue;
    group->Truncate(0);
    if (!group->Add(line)) return Version::kNone;
    version = is_v1 ? Version::k1 : Version::k2;
    if (is_v1) break;
  }
  return version;
}

// Step 2, one line of mountinfo: if it is a mount that shows the group, *folder is the group there, and *mount_point_size
// what of it is the mount point.
bool FolderInMount(Text line, Version version, Text group, Path* folder, size_t* mount_point_size) {
  for (int i = 0; i < 3; ++i) Cut(&line, ' ');  // ids and device
  const Text root_escaped = Cut(&line, ' ');
  const Text mount_point_escaped = Cut(&line, ' ');
  while (!line.empty() && !(Cut(&line, ' ') == "-")) {  // options, and fields that may be missing
  }
  const Text type = Cut(&line, ' ');
  Cut(&line, ' ');  // source
  if (version == Version::k1 ? !(type == "cgroup" && Contains(line, "cpu")) : !(type == "cgroup2")) return false;

  Path root;
  if (!root.AddUnescaped(root_escaped)) return false;
  const Text prefix = WithoutSlash(root.text());
  if (group.size < prefix.size || !(Text(group.data, prefix.size) == prefix)) return false;
  const Text below(group.data + prefix.size, group.size - prefix.size);
  if (!below.empty() && below.data[0] != '/') return false;  // "/ab" does not lie in "/a"
  if (BeginsWithParent(below)) return false;

  folder->Truncate(0);
  if (!folder->AddUnescaped(mount_point_escaped)) return false;
  *mount_point_size = WithoutSlash(folder->text()).size;
  folder->Truncate(*mount_point_size);
  return folder->Add(WithoutSlash(below));
}

bool FindFolder(OpenFn open, Version version, Text group, Path* folder, size_t* mount_point_size) {
  LineReader lines(open, "/proc/self/mountinfo");
  Text line;
  while (lines.Next(&line)) {
    if (FolderInMount(line, version, group, folder, mount_point_size)) return true;
  }
  return false;
}

// The first line of a file in `folder`, in `buffer`; empty when there is none.
struct LineBuffer {
  char text[64];  // two numbers of 20 digits
};
Text FirstLine(OpenFn open, Path* folder, Text name, LineBuffer* buffer) {
  const size_t size = folder->text().size;
  long fd = -sys::kENOENT;
  if (folder->Add("/") && folder->Add(name)) fd = open(folder->c_str());
  folder->Truncate(size);
  if (sys::IsError(fd)) return Text();
  const long n = sys::Read(static_cast<int>(fd), buffer->text, sizeof(buffer->text));
  sys::Close(static_cast<int>(fd));
  if (sys::IsError(n)) return Text();
  Text rest(buffer->text, static_cast<size_t>(n));
  return Cut(&rest, '\n');
}

// Step 3, one group. "max" and -1, which mean no quota, are no numbers to ParseUint, nor is a file that is not there.
int QuotaOf(OpenFn open, Version version, Path* folder) {
  LineBuffer buffer;
  uint64_t quota_us = 0, period_us = 0;
  Text line = FirstLine(open, folder, version == Version::k2 ? "cpu.max" : "cpu.cfs_quota_us", &buffer);
  if (!ParseUint(Cut(&line, ' '), INT64_MAX, &quota_us)) return kNoQuota;
  if (version == Version::k1) line = FirstLine(open, folder, "cpu.cfs_period_us", &buffer);
  if (!ParseUint(line, INT64_MAX, &period_us)) return kNoQuota;
  if (quota_us == 0 || period_us == 0) return kNoQuota;  // the kernel accepts neither
  const uint64_t cpus = quota_us / period_us + (quota_us % period_us != 0 ? 1 : 0);
  return cpus < kNoQuota ? static_cast<int>(cpus) : kNoQuota;
}

}  // namespace

int CgroupProcs(OpenFn open) {
  Path group, folder;
  const Version version = FindGroup(open, &group);
  size_t mount_point_size = 0;
  if (version == Version::kNone) return kNoQuota;
  if (!FindFolder(open, version, group.text(), &folder, &mount_point_size)) return kNoQuota;
  int procs = kNoQuota;
  for (;;) {
    const int quota = QuotaOf(open, version, &folder);
    if (quota < procs) procs = quota;
    size_t parent_size = folder.text().size;
    if (parent_size <= mount_point_size) return procs;
    while (folder.text().data[--parent_size] != '/') {  // there is one: what follows the mount point begins with it
    }
    folder.Truncate(parent_size);
  }
}

int defaultGOMAXPROCS(int ncpu, OpenFn open) {
  constexpr int kLeast = 2;
  if (ncpu <= kLeast) return ncpu;
  const int quota = CgroupProcs(open != nullptr ? open : &OpenForReading);
  const int procs = quota < kLeast ? kLeast : quota;
  return procs < ncpu ? procs : ncpu;
}

}  // namespace gort::runtime
