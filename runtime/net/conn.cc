#include "gort/runtime/net/conn.h"

namespace gort::net {

absl::Status internal::NoConn() { return absl::InvalidArgumentError("invalid argument"); }  // Go: syscall.EINVAL

absl::StatusOr<std::size_t> Conn::Read(std::span<char> into) const {
  return impl_ != nullptr ? impl_->Read(into) : internal::NoConn();
}

absl::StatusOr<std::size_t> Conn::Write(std::string_view text) const {
  return impl_ != nullptr ? impl_->Write(text) : internal::NoConn();
}

absl::StatusOr<std::size_t> Conn::Writev(std::span<const std::string_view> texts) const {
  return impl_ != nullptr ? impl_->Writev(texts) : internal::NoConn();
}

absl::StatusOr<std::size_t> Conn::ReadFull(std::span<char> into) const {
  std::size_t got = 0;
  while (got < into.size()) {
    absl::StatusOr<std::size_t> n = Read(into.subspan(got));
    if (!n.ok()) return n;
    if (*n == 0) return absl::OutOfRangeError(got == 0 ? "EOF" : "unexpected EOF");
    got += *n;
  }
  return got;
}

absl::Status Conn::CloseRead() const { return impl_ != nullptr ? impl_->CloseRead() : internal::NoConn(); }
absl::Status Conn::CloseWrite() const { return impl_ != nullptr ? impl_->CloseWrite() : internal::NoConn(); }
absl::Status Conn::Close() const { return impl_ != nullptr ? impl_->Close() : internal::NoConn(); }

absl::Status Conn::SetDeadline(absl::Time t) const {
  return impl_ != nullptr ? impl_->SetDeadlines(true, true, t) : internal::NoConn();
}
absl::Status Conn::SetReadDeadline(absl::Time t) const {
  return impl_ != nullptr ? impl_->SetDeadlines(true, false, t) : internal::NoConn();
}
absl::Status Conn::SetWriteDeadline(absl::Time t) const {
  return impl_ != nullptr ? impl_->SetDeadlines(false, true, t) : internal::NoConn();
}

std::string Conn::LocalAddr() const { return impl_ != nullptr ? impl_->LocalAddr() : ""; }
std::string Conn::RemoteAddr() const { return impl_ != nullptr ? impl_->RemoteAddr() : ""; }

}  // namespace gort::net
