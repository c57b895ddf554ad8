// Writes the head of a response, and the framing of its body.
#ifndef GORT_EXAMPLES_HTTPD_RESPONSE_H_
#define GORT_EXAMPLES_HTTPD_RESPONSE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gort/examples/httpd/file.h"
#include "gort/examples/httpd/request.h"

namespace gort::examples::httpd {

struct Response {
  int status = 200;
  std::vector<Header> headers;  // without Content-Length, Connection and Date, which WriteHead adds
  std::string body;
  // If it is open, the body is `length` bytes of it from `first` on instead.
  File file;
  std::uint64_t first = 0;
  std::uint64_t length = 0;

  std::uint64_t body_bytes() const { return file.is_open() ? length : body.size(); }
};

// Returns "Not Found" for 404; "Unknown" for what no status of ours is.
std::string_view ReasonPhrase(int status);

// Returns a response of text: "404 Not Found: " and the sentence.
Response TextResponse(int status, std::string_view sentence);

// Whether a response to `method` with this status has a body: none after HEAD, nor with 1xx, 204, 304.
bool HasBody(std::string_view method, int status);

// Appends status line and fields to `out`, with `date` as the Date, and Content-Length for a body of response.body_bytes().
// Errors: a field whose name is no token, or whose value holds CR, LF or another control character, is left out, because it would
// let whoever has chosen it write a response of its own.
void WriteHead(const Response& response, bool keep_alive, std::string_view date, std::string* out);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_RESPONSE_H_
