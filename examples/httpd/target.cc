#include "gort/examples/httpd/target.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gort/examples/httpd/syntax.h"

namespace gort::examples::httpd {
namespace {

// Decodes one segment of a path; returns the rejection if it is malformed.
std::optional<Rejection> DecodeSegment(std::string_view segment, std::string* decoded) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      decoded->push_back(segment[i]);
      continue;
    }
    const int high = i + 2 < segment.size() ? HexValue(segment[i + 1]) : -1;
    const int low = i + 2 < segment.size() ? HexValue(segment[i + 2]) : -1;
    if (high < 0 || low < 0) return Rejection{400, "A '%' in the target is not followed by two hexadecimal digits."};
    const char c = static_cast<char>(high * 16 + low);
    if (c == 0 || c == '/') return Rejection{400, "The target holds an encoded NUL or '/'."};
    decoded->push_back(c);
    i += 2;
  }
  return std::nullopt;
}

// Decodes first and looks for dots then: "%2e%2e" is "..", too.
std::optional<Rejection> DecodePath(std::string_view raw, std::string* path) {
  std::vector<std::string> kept;
  bool is_directory = false;
  for (const std::string_view segment : absl::StrSplit(raw.substr(1), '/')) {
    std::string decoded;
    if (std::optional<Rejection> rejection = DecodeSegment(segment, &decoded)) return rejection;
    is_directory = decoded.empty() || decoded == "." || decoded == "..";
    if (decoded == "..") {
      if (kept.empty()) return Rejection{400, "The target leads out of the root."};
      kept.pop_back();
    } else if (!is_directory) {
      kept.push_back(std::move(decoded));
    }
  }
  for (const std::string& segment : kept) path->append("/").append(segment);
  if (is_directory) path->push_back('/');
  return std::nullopt;
}

}  // namespace

std::variant<Target, Rejection> ParseTarget(const Request& request) {
  std::string_view rest = request.target;
  Target target;
  if (request.method == "CONNECT") return Rejection{501, "This server is no proxy: CONNECT is not supported."};
  if (rest == "*") {
    if (request.method != "OPTIONS") return Rejection{400, "The target * is for OPTIONS alone."};
    target.path = "*";
    return target;
  }
  if (absl::StartsWithIgnoreCase(rest, "http://") || absl::StartsWithIgnoreCase(rest, "https://")) {
    rest.remove_prefix(rest.find("//") + 2);
    target.authority = rest.substr(0, rest.find_first_of("/?#"));
    if (target.authority.empty() || !IsAuthority(target.authority))
      return Rejection{400, "The target's host is malformed."};
    rest.remove_prefix(target.authority.size());
    if (rest.empty()) rest = "/";
  }
  if (rest.front() != '/') return Rejection{400, "The target is neither a path nor a URL of http."};
  if (rest.find('#') != std::string_view::npos) return Rejection{400, "The target holds a fragment."};
  const std::size_t question = rest.find('?');
  if (question != std::string_view::npos) target.query = rest.substr(question + 1);
  if (std::optional<Rejection> rejection = DecodePath(rest.substr(0, question), &target.path)) return *rejection;
  return target;
}

}  // namespace gort::examples::httpd
