// The Range field: which part of a file is asked for. RFC 9110, section 14.
#ifndef GORT_EXAMPLES_HTTPD_RANGE_H_
#define GORT_EXAMPLES_HTTPD_RANGE_H_

#include <cstdint>
#include <string_view>

namespace gort::examples::httpd {

struct Range {
  enum class Kind {
    kWhole,          // no range, or one that is to be ignored: malformed, of another unit, more than one
    kPart,           // 206
    kUnsatisfiable,  // 416
  };
  Kind kind;
  std::uint64_t first;  // of kWhole and kPart
  std::uint64_t length;
};

// Reads "bytes=first-last", "bytes=first-" or "bytes=-length" for a file of `size_bytes`.
Range ParseRange(std::string_view value, std::uint64_t size_bytes);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_RANGE_H_
