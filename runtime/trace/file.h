// Files, written without libc, also while the program is going down.
#ifndef GORT_RUNTIME_TRACE_FILE_H_
#define GORT_RUNTIME_TRACE_FILE_H_

#include <cstddef>

#include "gort/runtime/trace/json.h"

namespace gort::trace::internal {

// A file that is made, or emptied, and written.
// Runs on: any, also in a signal handler.  Blocks: M, as the file does.
class File {
 public:
  explicit File(const char* path);
  ~File() { Close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool ok() const { return error_ == 0; }
  // errno of what failed first; 0: nothing.
  int error() const { return error_; }
  Sink sink() { return {&Write, this}; }
  // Whether everything went well, this too.
  bool Close();

 private:
  static bool Write(void* file, const char* data, std::size_t size);

  int fd_ = -1;
  int error_ = 0;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_FILE_H_
