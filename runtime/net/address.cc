#include "gort/runtime/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gort::net {

namespace {

absl::Status Malformed(std::string_view address, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("address ", address, ": ", why));
}

template <class T>
T* As(sockaddr* address) {
  return reinterpret_cast<T*>(address);
}
template <class T>
const T* As(const sockaddr* address) {
  return reinterpret_cast<const T*>(address);
}

std::string UnixText(const sockaddr_un* address, socklen_t size) {
  const std::size_t bytes = size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
  if (bytes == 0) return "@";
  if (address->sun_path[0] == '\0') return absl::StrCat("@", std::string_view(address->sun_path + 1, bytes - 1));
  return std::string(address->sun_path, strnlen(address->sun_path, bytes));
}

}  // namespace

absl::StatusOr<std::pair<std::string, std::string>> SplitHostPort(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return Malformed(address, "missing port in address");
  std::string_view host = address.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = address.find(']');
    if (end == std::string_view::npos) return Malformed(address, "missing ']' in address");
    if (end + 1 == address.size() || end > colon) return Malformed(address, "missing port in address");
    if (end + 1 != colon) return Malformed(address, address[end + 1] == ':' ? "too many colons in address" : "missing port in address");
    host = address.substr(1, end - 1);
  } else if (host.find(':') != std::string_view::npos) {
    return Malformed(address, "too many colons in address");
  }
  if (host.find('[') != std::string_view::npos) return Malformed(address, "unexpected '[' in address");
  if (host.find(']') != std::string_view::npos) return Malformed(address, "unexpected ']' in address");
  return std::make_pair(std::string(host), std::string(address.substr(colon + 1)));
}

std::string JoinHostPort(std::string_view host, std::string_view port) {
  return host.find(':') != std::string_view::npos ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

std::string SockAddr::String() const {
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  switch (family()) {
    case AF_INET: {
      const auto* v4 = As<sockaddr_in>(get());
      if (inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)) == nullptr) return "";
      return absl::StrCat(text, ":", port());
    }
    case AF_INET6: {
      const auto* v6 = As<sockaddr_in6>(get());
      // An IPv4 peer of a socket for both, as Go shows it.
      const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
      const void* bytes = mapped ? static_cast<const void*>(&v6->sin6_addr.s6_addr[12]) : &v6->sin6_addr;
      if (inet_ntop(mapped ? AF_INET : AF_INET6, bytes, text, sizeof(text)) == nullptr) return "";
      if (mapped) return absl::StrCat(text, ":", port());
      char zone[IF_NAMESIZE];
      const bool scoped = v6->sin6_scope_id != 0 && if_indextoname(v6->sin6_scope_id, zone) != nullptr;
      return absl::StrCat("[", text, scoped ? "%" : "", scoped ? zone : "", "]:", port());
    }
    case AF_UNIX: return UnixText(As<sockaddr_un>(get()), size_);
    default: return "";
  }
}

std::uint16_t SockAddr::port() const {
  switch (family()) {
    case AF_INET: return ntohs(As<sockaddr_in>(get())->sin_port);
    case AF_INET6: return ntohs(As<sockaddr_in6>(get())->sin6_port);
    default: return 0;
  }
}

void SockAddr::set_port(std::uint16_t port) {
  if (family() == AF_INET) As<sockaddr_in>(room())->sin_port = htons(port);
  if (family() == AF_INET6) As<sockaddr_in6>(room())->sin6_port = htons(port);
}

bool SockAddr::Parse(std::string_view host, std::uint16_t port, SockAddr* out) {
  const std::size_t percent = host.find('%');
  const std::string number(host.substr(0, percent));
  SockAddr made;
  if (percent == std::string_view::npos && inet_pton(AF_INET, number.c_str(), &As<sockaddr_in>(made.room())->sin_addr) == 1) {
    made.storage_.ss_family = AF_INET;
    made.size_ = sizeof(sockaddr_in);
  } else if (auto* v6 = As<sockaddr_in6>(made.room()); inet_pton(AF_INET6, number.c_str(), &v6->sin6_addr) == 1) {
    made.storage_.ss_family = AF_INET6;
    made.size_ = sizeof(sockaddr_in6);
    if (percent != std::string_view::npos) {
      const std::string zone(host.substr(percent + 1));
      v6->sin6_scope_id = if_nametoindex(zone.c_str());
      if (v6->sin6_scope_id == 0 && !absl::SimpleAtoi(zone, &v6->sin6_scope_id)) return false;
    }
  } else {
    return false;
  }
  made.set_port(port);
  *out = made;
  return true;
}

SockAddr SockAddr::Any(int family, std::uint16_t port) {
  SockAddr made;
  Parse(family == AF_INET ? "0.0.0.0" : "::", port, &made);
  return made;
}

SockAddr SockAddr::Of(const sockaddr* address, socklen_t size) {
  SockAddr made;
  std::memcpy(&made.storage_, address, size);
  made.size_ = size;
  return made;
}

absl::StatusOr<SockAddr> SockAddr::Unix(std::string_view path) {
  SockAddr made;
  auto* un = As<sockaddr_un>(made.room());
  if (path.size() >= sizeof(un->sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("the path of a Unix socket has at most ", sizeof(un->sun_path) - 1, " bytes"));
  }
  un->sun_family = AF_UNIX;
  std::memcpy(un->sun_path, path.data(), path.size());
  const bool abstract = !path.empty() && path.front() == '@';
  if (abstract) un->sun_path[0] = '\0';
  made.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract || path.empty() ? 0 : 1));
  return made;
}

}  // namespace gort::net
