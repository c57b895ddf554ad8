#include "gort/examples/crawl/url.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gort::examples::crawl {
namespace {

constexpr std::string_view kScheme = "http://";

// Where the port begins, with its colon; at the end if there is none. [::1] has colons of its own.
std::size_t PortAt(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  if (colon == authority.npos || (bracket != authority.npos && colon < bracket)) return authority.size();
  return colon;
}

bool IsPort(std::string_view text) {
  std::uint32_t port;
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit) && absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

// Takes "." and ".." out of the path. Source: RFC 3986, section 5.2.4.
std::string Normalize(std::string_view target) {
  const std::size_t query = std::min(target.find('?'), target.size());
  std::vector<std::string_view> kept;
  bool folder = true;  // whether it ends with a slash
  for (std::string_view segment : absl::StrSplit(absl::StripPrefix(target.substr(0, query), "/"), '/')) {
    folder = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  return absl::StrCat("/", absl::StrJoin(kept, "/"), folder && !kept.empty() ? "/" : "", target.substr(query));
}

bool HasScheme(std::string_view link) {
  const std::size_t end = link.find_first_of(":/?#");
  return end != link.npos && end > 0 && link[end] == ':' && absl::ascii_isalpha(static_cast<unsigned char>(link[0]));
}

}  // namespace

std::string Url::ToString() const { return absl::StrCat(kScheme, authority, target); }

std::string Url::Address() const { return PortAt(authority) == authority.size() ? authority + ":80" : authority; }

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  const auto bad = [text](std::string_view why) { return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" ", why)); };
  if (!absl::StartsWithIgnoreCase(text, kScheme)) return bad("does not begin with http://");
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::all_of(text.begin(), text.end(), is_visible)) return bad("has a blank, or a byte that no URL has");
  std::string_view rest = text.substr(kScheme.size());
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string authority = absl::AsciiStrToLower(rest.substr(0, end));
  if (authority.find('@') != authority.npos) return bad("has a user's name, which is not supported");
  const std::size_t port = PortAt(authority);
  if (port == 0) return bad("has no host");
  if (port < authority.size() && !IsPort(std::string_view(authority).substr(port + 1))) return bad("has a port that is none");
  return Url{authority, Normalize(rest.substr(end))};
}

std::optional<Url> Resolve(const Url& page, std::string_view link) {
  link = absl::StripAsciiWhitespace(link);
  link = link.substr(0, link.find('#'));
  if (link.empty()) return std::nullopt;
  const std::string_view path = std::string_view(page.target).substr(0, page.target.find('?'));
  std::string whole = absl::StrCat(kScheme, page.authority);
  if (HasScheme(link)) {
    whole = std::string(link);
  } else if (absl::StartsWith(link, "//")) {
    whole = absl::StrCat("http:", link);
  } else if (link[0] == '/') {
    absl::StrAppend(&whole, link);
  } else if (link[0] == '?') {
    absl::StrAppend(&whole, path, link);
  } else {
    absl::StrAppend(&whole, path.substr(0, path.rfind('/') + 1), link);
  }
  absl::StatusOr<Url> url = ParseUrl(whole);
  return url.ok() ? std::optional<Url>(*std::move(url)) : std::nullopt;
}

std::vector<std::string> FindLinks(std::string_view html) {
  constexpr std::string_view kHref = "href";
  std::vector<std::string> links;
  const std::string small = absl::AsciiStrToLower(html);
  for (std::size_t at = 0; (at = small.find(kHref, at)) != small.npos;) {
    const bool begins = at > 0 && absl::ascii_isspace(static_cast<unsigned char>(small[at - 1]));
    at += kHref.size();
    std::string_view rest = absl::StripLeadingAsciiWhitespace(html.substr(at));
    if (!begins || !absl::ConsumePrefix(&rest, "=")) continue;
    rest = absl::StripLeadingAsciiWhitespace(rest);
    const bool quoted = !rest.empty() && (rest[0] == '"' || rest[0] == '\'');
    const std::size_t end = quoted ? rest.find(rest[0], 1) : rest.find_first_of(" \t\r\n>");
    if (end == rest.npos) break;  // the page ends in the middle of it
    links.push_back(absl::StrReplaceAll(rest.substr(quoted, end - quoted), {{"&amp;", "&"}}));
  }
  return links;
}

}  // namespace gort::examples::crawl
