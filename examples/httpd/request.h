// A request of HTTP/1.1, and why one is refused. RFC 9110, RFC 9112.
#ifndef GORT_EXAMPLES_HTTPD_REQUEST_H_
#define GORT_EXAMPLES_HTTPD_REQUEST_H_

#include <string>
#include <string_view>
#include <vector>

namespace gort::examples::httpd {

struct Header {
  std::string name;  // as it was sent; names are compared without regard to case
  std::string value;
};

struct Request {
  std::string method;  // "GET"; compared with regard to case
  std::string target;  // as it was sent; target.h takes it apart
  int minor_version = 1;
  std::vector<Header> headers;
  std::string body;  // without its chunks' framing
  bool keep_alive = true;
  bool expects_continue = false;

  // Returns the value of the first field called `name`, or null.
  const std::string* Find(std::string_view name) const;
};

// Why a request gets no answer of a handler: the status and one sentence for the client.
struct Rejection {
  int status;
  std::string_view sentence;  // a literal
};

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_REQUEST_H_
