#include "gort/examples/httpd/response.h"

#include "absl/strings/str_cat.h"
#include "gort/examples/httpd/syntax.h"

namespace gort::examples::httpd {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

Response TextResponse(int status, std::string_view sentence) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = absl::StrCat(status, " ", ReasonPhrase(status), ": ", sentence, "\n");
  return response;
}

bool HasBody(std::string_view method, int status) {
  return method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

void WriteHead(const Response& response, bool keep_alive, std::string_view date, std::string* out) {
  absl::StrAppend(out, "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status), "\r\nDate: ", date, "\r\n");
  for (const Header& header : response.headers) {
    if (IsToken(header.name) && IsFieldText(header.value))
      absl::StrAppend(out, header.name, ": ", header.value, "\r\n");
  }
  // After HEAD it says what GET would have brought. With 304 that is unknown here, and with 1xx and 204 it is forbidden.
  if (HasBody("GET", response.status)) absl::StrAppend(out, "Content-Length: ", response.body_bytes(), "\r\n");
  // Said in both cases: a client of HTTP/1.0 takes silence for the opposite of what one of HTTP/1.1 does.
  absl::StrAppend(out, "Connection: ", keep_alive ? "keep-alive" : "close", "\r\n\r\n");
}

}  // namespace gort::examples::httpd
