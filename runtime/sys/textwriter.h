// What Printer formats, into memory of a fixed size: paths and sentences, where nothing may allocate.
#ifndef GORT_RUNTIME_SYS_TEXTWRITER_H_
#define GORT_RUNTIME_SYS_TEXTWRITER_H_

#include <cstddef>

#include "gort/runtime/sys/print.h"

namespace gort::runtime::sys {

//   TextWriter path(text, sizeof(text));
//   path.out().Str("/proc/self/task/").Udec(tid);
//   path.Finish();
//
// Usable wherever Printer is.
class TextWriter {
 public:
  // Writes to to[0, room_bytes), which is at least one byte.
  TextWriter(char* to, size_t room_bytes) : printer_(&Take, this), to_(to), room_(room_bytes - 1) {}

  Printer& out() { return printer_; }

  // Ends the text with a NUL. Returns its size without that; what does not fit is not there.
  size_t Finish() {
    printer_.Flush();
    to_[size_] = '\0';
    return size_;
  }

  // Whether something did not fit. Known after Finish.
  bool truncated() const { return truncated_; }

 private:
  static void Take(void* self, const char* text, size_t size_bytes) {
    auto* writer = static_cast<TextWriter*>(self);
    const size_t left = writer->room_ - writer->size_;
    writer->truncated_ = writer->truncated_ || size_bytes > left;
    const size_t n = size_bytes < left ? size_bytes : left;
    __builtin_memcpy(writer->to_ + writer->size_, text, n);
    writer->size_ += n;
  }

  Printer printer_;
  char* to_;
  size_t room_;  // without the NUL
  size_t size_ = 0;
  bool truncated_ = false;
};

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_TEXTWRITER_H_
