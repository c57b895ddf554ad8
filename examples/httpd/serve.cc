#include "gort/examples/httpd/serve.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gort/examples/httpd/date.h"

namespace gort::examples::httpd {
namespace {

constexpr std::size_t kInputBytes = 8 << 10;
constexpr std::size_t kOutputBytes = 64 << 10;  // responses to pipelined requests are kept up to this
constexpr std::size_t kFileBytes = 64 << 10;    // a file is copied in pieces of this

class Server {
 public:
  Server(Stream& stream, const ServeOptions& options) : stream_(stream), options_(options), parser_(options.limits) {}

  absl::Status Run() {
    for (std::size_t served = 1;; ++served) {
      if (absl::Status status = ReadRequest(); !status.ok()) return status;
      if (ended_) return Flush();
      if (const Rejection* rejection = parser_.rejection()) return Refuse(rejection->status, rejection->sentence);
      const Request request = parser_.Take();
      phase_.reset();
      const bool keep_alive =
          request.keep_alive && served < options_.requests && !(options_.draining && options_.draining());
      if (absl::Status status = Respond(options_.handler(request), request.method, keep_alive); !status.ok())
        return status;
      if (!keep_alive) return Flush();
    }
  }

 private:
  // Feeds the parser until it has something to say, or sets ended_: the client has ended the connection between two requests or
  // within one, or has sent nothing for too long.
  absl::Status ReadRequest() {
    while (true) {
      input_.remove_prefix(parser_.Feed(input_));
      if (parser_.done() || parser_.rejection() != nullptr) return absl::OkStatus();
      if (parser_.TakeContinue()) output_ += "HTTP/1.1 100 Continue\r\n\r\n";
      // Whoever has nothing more to read must not be left waiting for what has been answered.
      if (absl::Status status = Flush(); !status.ok()) return status;
      const Phase phase = parser_.idle() ? Phase::kIdle : parser_.in_body() ? Phase::kBody : Phase::kHead;
      if (phase_ != phase) stream_.Await(*(phase_ = phase));
      const absl::StatusOr<std::size_t> n = stream_.Read(std::span<char>(buffer_.get(), kInputBytes));
      if (absl::IsDeadlineExceeded(n.status())) {
        ended_ = true;
        return parser_.idle() ? absl::OkStatus() : Refuse(408, "The request did not come in time.");
      }
      if (!n.ok()) return n.status();
      ended_ = *n == 0;
      if (ended_) return absl::OkStatus();
      input_ = std::string_view(buffer_.get(), *n);
    }
  }

  absl::Status Refuse(int status, std::string_view sentence) {
    if (absl::Status s = Respond(TextResponse(status, sentence), "GET", /*keep_alive=*/false); !s.ok()) return s;
    return Flush();
  }

  absl::Status Respond(const Response& response, std::string_view method, bool keep_alive) {
    WriteHead(response, keep_alive, date_.At(options_.unix_seconds()), &output_);
    if (HasBody(method, response.status)) {
      if (response.file.is_open()) return CopyFile(response);
      output_ += response.body;
    }
    return output_.size() < kOutputBytes ? absl::OkStatus() : Flush();
  }

  absl::Status CopyFile(const Response& response) {
    std::uint64_t offset = response.first;
    std::uint64_t left = response.length;
    while (left > 0) {
      const std::size_t head = output_.size();
      output_.resize(head + static_cast<std::size_t>(std::min<std::uint64_t>(left, kFileBytes)));
      const std::span<char> piece(output_.data() + head, output_.size() - head);
      const absl::StatusOr<std::size_t> n = options_.read_at(response.file, offset, piece);
      if (!n.ok()) return n.status();
      // The head has promised more. To end the connection is the only way left to say so.
      if (*n < piece.size()) return absl::DataLossError("a file became shorter while it was being sent");
      if (absl::Status status = Flush(); !status.ok()) return status;
      offset += *n;
      left -= *n;
    }
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (output_.empty()) return absl::OkStatus();
    const absl::Status status = stream_.Write(output_);
    output_.clear();
    return status;
  }

  Stream& stream_;
  const ServeOptions& options_;
  RequestParser parser_;
  DateCache date_;
  // Not on the stack: 10,000 idle connections have a small one each.
  const std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kInputBytes);
  std::string_view input_;  // what has been read and not been parsed, in buffer_
  std::string output_;
  std::optional<Phase> phase_;  // what stream_ has been told of the current request
  bool ended_ = false;
};

}  // namespace

absl::Status Serve(Stream& stream, const ServeOptions& options) { return Server(stream, options).Run(); }

}  // namespace gort::examples::httpd
