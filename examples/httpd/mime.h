// The media type of a file, by the end of its name.
#ifndef GORT_EXAMPLES_HTTPD_MIME_H_
#define GORT_EXAMPLES_HTTPD_MIME_H_

#include <string_view>

namespace gort::examples::httpd {

// Returns "application/octet-stream" for what it does not know.
std::string_view MimeType(std::string_view path);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_MIME_H_
