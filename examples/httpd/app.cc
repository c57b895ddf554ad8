#include "gort/examples/httpd/app.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gort/examples/httpd/static_files.h"
#include "gort/gort.h"

namespace gort::examples::httpd {
namespace {

Response Hello() {
  Response response;
  response.headers.push_back({"Content-Type", "text/plain"});
  response.body = "Hello, World!\n";
  return response;
}

Response Echo(const Request& request) {
  Response response;
  const std::string* type = request.Find("Content-Type");
  response.headers.push_back({"Content-Type", type != nullptr ? *type : "application/octet-stream"});
  response.body = request.body;
  return response;
}

Response Goroutines(std::string_view query) {
  if (!query.empty() && query != "debug=0" && query != "debug=1" && query != "debug=2")
    return TextResponse(400, "The query is none, debug=0, debug=1 or debug=2.");
  const int debug = query.empty() ? 1 : query.back() - '0';
  Response response;
  response.headers.push_back({"Content-Type", debug == 0 ? "application/octet-stream" : "text/plain; charset=utf-8"});
  response.body = pprof::GoroutineProfile(debug);
  return response;
}

}  // namespace

Response App::Handle(const Request& request) const {
  const std::string_view target = request.target;
  if (target == "/hello") return Hello();
  if (target == "/echo") return Echo(request);
  const std::string_view path = target.substr(0, target.find('?'));
  if (debug_ && path == "/debug/goroutines") return Goroutines(target.substr(std::min(path.size() + 1, target.size())));
  if (!root_) return TextResponse(404, "This server has no files (--root).");
  return Blocking([&] { return ServeFile(*root_, request); });
}

void UseApp(const App& app, ServeOptions* options) {
  options->handler = [&app](const Request& request) { return app.Handle(request); };
  options->read_at = [](const File& file, std::uint64_t offset, std::span<char> buffer) {
    return Blocking([&] { return ReadAt(file, offset, buffer); });
  };
  options->unix_seconds = [] { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); };
}

}  // namespace gort::examples::httpd
