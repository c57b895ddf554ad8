// Writing JSON, a piece at a time, without malloc.
#ifndef GORT_RUNTIME_TRACE_JSON_H_
#define GORT_RUNTIME_TRACE_JSON_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sys/text.h"
#include "gort/runtime/trace/pages.h"

namespace gort::trace::internal {

// Where the bytes go: false says that they could not be written, and no more are.
struct Sink {
  bool (*write)(void* arg, const char* data, std::size_t size);
  void* arg;
};

using runtime::sys::Text;

// Runs on: any, also in a signal handler.  Blocks: M, as the sink does.
class Json {
 public:
  explicit Json(Sink sink) : sink_(sink), buffer_(kBufferBytes) {}
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;

  // As it stands: punctuation, keys.
  Json& Raw(Text text);
  Json& Dec(std::int64_t v);
  Json& Udec(std::uint64_t v);
  // Nanoseconds >= 0 as microseconds with three decimals.
  Json& Micros(std::int64_t ns);
  // Begins a string, adds to it, ends it. What is not UTF-8 becomes U+FFFD; a sequence must not be divided between two Adds.
  Json& Quote();
  Json& Add(Text text);
  Json& Unquote();
  Json& String(Text text) { return Quote().Add(text).Unquote(); }

  // Writes what is buffered. False: that, or something before, failed.
  bool Flush();

 private:
  static constexpr std::size_t kBufferBytes = 1 << 16;

  void Char(char c);

  Sink sink_;
  Pages<char> buffer_;
  std::size_t size_ = 0;
  bool failed_ = false;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_JSON_H_
