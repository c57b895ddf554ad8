#include "gort/examples/httpd/static_files.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "gort/examples/httpd/date.h"
#include "gort/examples/httpd/mime.h"
#include "gort/examples/httpd/range.h"
#include "gort/examples/httpd/target.h"

namespace gort::examples::httpd {
namespace {

Response ErrorResponse(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return TextResponse(404, "There is no such file.");
    case absl::StatusCode::kPermissionDenied:
      return TextResponse(403, "The file may not be read.");
    case absl::StatusCode::kResourceExhausted:
      return TextResponse(503, "Too many files are open; try again.");
    default:
      return TextResponse(500, "The file could not be opened.");
  }
}

// "/a b" -> "/a%20b": a decoded path, fit for a Location field.
std::string EncodePath(std::string_view path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "/-._~!$&'()*+,;=:@";
  std::string encoded;
  for (const char c : path) {
    const unsigned char byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (plain || kPlain.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return encoded;
}

bool IsUnchanged(const Request& request, std::int64_t modified_unix_seconds) {
  const std::string* since = request.Find("If-Modified-Since");
  if (since == nullptr) return false;
  const std::optional<std::int64_t> time = ParseHttpDate(*since);
  return time && modified_unix_seconds <= *time;
}

Response FileResponse(const Request& request, std::string_view path, OpenedFile opened) {
  Response response;
  const std::string modified = FormatHttpDate(opened.modified_unix_seconds);
  response.headers.push_back({"Last-Modified", modified});
  if (IsUnchanged(request, opened.modified_unix_seconds)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(MimeType(path))});
  response.headers.push_back({"Accept-Ranges", "bytes"});
  const std::string* wanted = request.method == "GET" ? request.Find("Range") : nullptr;
  // If-Range: the part is of use only if the file is still the one that the client knows.
  const std::string* if_range = request.Find("If-Range");
  if (if_range != nullptr && *if_range != modified) wanted = nullptr;
  const Range range = ParseRange(wanted != nullptr ? *wanted : "", opened.size_bytes);
  if (range.kind == Range::Kind::kUnsatisfiable) {
    response = TextResponse(416, "The file is shorter than that.");
    response.headers.push_back({"Content-Range", absl::StrCat("bytes */", opened.size_bytes)});
    return response;
  }
  if (range.kind == Range::Kind::kPart) {
    response.status = 206;
    response.headers.push_back({"Content-Range", absl::StrCat("bytes ", range.first, "-",
                                                              range.first + range.length - 1, "/", opened.size_bytes)});
  }
  response.file = std::move(opened.file);
  response.first = range.first;
  response.length = range.length;
  return response;
}

}  // namespace

Response ServeFile(const Root& root, const Request& request) {
  const std::variant<Target, Rejection> parsed = ParseTarget(request);
  if (const Rejection* rejection = std::get_if<Rejection>(&parsed))
    return TextResponse(rejection->status, rejection->sentence);
  const Target& target = std::get<Target>(parsed);
  if (request.method != "GET" && request.method != "HEAD") {
    const bool options = request.method == "OPTIONS";
    Response response = options ? Response() : TextResponse(405, "A file can only be read.");
    if (options) response.status = 204;
    response.headers.push_back({"Allow", "GET, HEAD, OPTIONS"});
    return response;
  }
  std::string path = target.path;
  absl::StatusOr<OpenedFile> opened = root.OpenBelow(path);
  if (opened.ok() && opened->is_directory) {
    if (path.back() != '/') {
      Response response = TextResponse(301, "A folder's name ends with a '/'.");
      response.headers.push_back({"Location", EncodePath(absl::StrCat(path, "/"))});
      return response;
    }
    path += "index.html";
    opened = root.OpenBelow(path);
    if (opened.ok() && opened->is_directory) return TextResponse(404, "There is no such file.");
  }
  if (!opened.ok()) return ErrorResponse(opened.status());
  return FileResponse(request, path, *std::move(opened));
}

}  // namespace gort::examples::httpd
