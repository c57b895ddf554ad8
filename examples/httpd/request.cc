#include "gort/examples/httpd/request.h"

#include "absl/strings/match.h"

namespace gort::examples::httpd {

const std::string* Request::Find(std::string_view name) const {
  for (const Header& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

}  // namespace gort::examples::httpd
