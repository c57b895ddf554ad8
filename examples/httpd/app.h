// What httpd answers.
//
//   GET /hello                 "Hello, World!": what benchmarks ask for
//   POST /echo                 the request's body, however it was framed
//   GET /debug/goroutines      where all goroutines stand, as text; ?debug=2 each one's trace, ?debug=0 for `go tool pprof`
//   GET of anything else       the file below the root
#ifndef GORT_EXAMPLES_HTTPD_APP_H_
#define GORT_EXAMPLES_HTTPD_APP_H_

#include <optional>
#include <utility>

#include "gort/examples/httpd/file.h"
#include "gort/examples/httpd/request.h"
#include "gort/examples/httpd/response.h"
#include "gort/examples/httpd/serve.h"

namespace gort::examples::httpd {

class App {
 public:
  // `root`: none, and no files are served. `debug`: whether /debug/goroutines exists; it stops all goroutines while it looks, and tells
  // strangers what the program is made of.
  App(std::optional<Root> root, bool debug) : root_(std::move(root)), debug_(debug) {}

  // Runs on: G, several at the same time.  Blocks: G.
  Response Handle(const Request& request) const;

 private:
  const std::optional<Root> root_;
  const bool debug_;
};

// Sets what Serve asks of the system: app's answers, files under Blocking, the clock.
void UseApp(const App& app, ServeOptions* options);

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_APP_H_
