// What a request asks for: the path of its target, decoded and made safe.
#ifndef GORT_EXAMPLES_HTTPD_TARGET_H_
#define GORT_EXAMPLES_HTTPD_TARGET_H_

#include <string>
#include <variant>

#include "gort/examples/httpd/request.h"

namespace gort::examples::httpd {

struct Target {
  // Decoded, begins with '/', without empty, "." and ".." segments; ends with '/' if what was sent did, or ended in a dot segment.
  // "*" for OPTIONS of the server as a whole.
  std::string path;
  std::string query;  // after '?', as it was sent
  std::string
      authority;  // of http://authority/path; empty for /path. It counts, not the Host field: RFC 9112, section 3.2.2.
};

// Takes the target of `request` apart: "/path?query", "http://host/path", or "*".
// Refused with 400: what is no such form, a '%' without two hexadecimal digits, an encoded NUL or '/' (a file's name can hold
// neither), and ".." above the root. With 501: CONNECT.
std::variant<Target, Rejection> ParseTarget(const Request& request);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_TARGET_H_
