#include "gort/runtime/sys/taskfile.h"

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/textwriter.h"

namespace gort::runtime::sys {

size_t ReadTaskFile(uint64_t tid, const char* name, char* text, size_t size_bytes) {
  char path[64];
  TextWriter writer(path, sizeof(path));
  writer.out().Str("/proc/self/task/").Udec(tid).Char('/').Str(name);
  writer.Finish();
  const long fd = Open(path, kO_RDONLY | kO_CLOEXEC);
  const long n = fd < 0 ? 0 : Read(static_cast<int>(fd), text, size_bytes - 1);
  if (fd >= 0) Close(static_cast<int>(fd));
  const size_t size = n < 0 ? 0 : static_cast<size_t>(n);
  text[size] = '\0';
  return size;
}

}  // namespace gort::runtime::sys
