#include "gort/examples/httpd/mime.h"

#include "absl/strings/match.h"

namespace gort::examples::httpd {
namespace {

struct Entry {
  std::string_view extension;
  std::string_view type;
};

constexpr Entry kTypes[] = {
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp4", "video/mp4"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"webp", "image/webp"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
};

}  // namespace

std::string_view MimeType(std::string_view path) {
  const std::size_t dot = path.find_last_of("./");
  if (dot != std::string_view::npos && path[dot] == '.') {
    for (const Entry& entry : kTypes) {
      if (absl::EqualsIgnoreCase(entry.extension, path.substr(dot + 1))) return entry.type;
    }
  }
  return "application/octet-stream";
}

}  // namespace gort::examples::httpd
