// URLs of pages: http://host[:port][/path][?query].
#ifndef GORT_EXAMPLES_CRAWL_URL_H_
#define GORT_EXAMPLES_CRAWL_URL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace gort::examples::crawl {

struct Url {
  std::string authority;  // "host" or "host:port", as it was written, in small letters
  std::string target;     // path and query, "/" at least, without "." and ".." segments

  std::string ToString() const;       // two URLs of the same page have the same text, up to what only the server knows
  std::string Address() const;        // to dial: with a port
  friend bool operator==(const Url&, const Url&) = default;
};

// Errors: InvalidArgument, in a sentence: what is not http://, has no host, user information, a bad port, or bytes that no URL has.
absl::StatusOr<Url> ParseUrl(std::string_view text);

// What `link`, found in `page`, refers to: "http://other/x", "//other/x", "/x", "x", "../x", "?q"; without its fragment. None for other
// schemes, for what is malformed, and for a mere fragment, which is the page itself.
// Source: RFC 3986, section 5.2.
std::optional<Url> Resolve(const Url& page, std::string_view link);

// The values of href attributes in `html`, in order, with &amp; read as &. A scan for the attribute, not a parser of HTML: it also finds
// what stands in comments and scripts.
std::vector<std::string> FindLinks(std::string_view html);

}  // namespace gort::examples::crawl

#endif  // GORT_EXAMPLES_CRAWL_URL_H_
