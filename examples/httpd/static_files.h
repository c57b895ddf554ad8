// Answers requests for files.
#ifndef GORT_EXAMPLES_HTTPD_STATIC_FILES_H_
#define GORT_EXAMPLES_HTTPD_STATIC_FILES_H_

#include "gort/examples/httpd/file.h"
#include "gort/examples/httpd/request.h"
#include "gort/examples/httpd/response.h"

namespace gort::examples::httpd {

// Answers GET and HEAD of a file below `root`, with Range and If-Modified-Since; a folder stands for its index.html, and without the
// final '/' is redirected to the path with it. Other methods: 405, OPTIONS: 204.
// Runs on: a thread that may block (gort::Blocking).
Response ServeFile(const Root& root, const Request& request);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_STATIC_FILES_H_
