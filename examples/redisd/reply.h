// Writes replies in RESP2 to the end of a string.
#ifndef GORT_EXAMPLES_REDISD_REPLY_H_
#define GORT_EXAMPLES_REDISD_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace gort::examples::redisd {

class Reply {
 public:
  explicit Reply(std::string* out) : out_(out) {}

  void Simple(std::string_view text) { absl::StrAppend(out_, "+", text, "\r\n"); }
  void Ok() { Simple("OK"); }
  // `text` begins with its code, "ERR ..."; what a client has sent in it must not break the line.
  void Error(std::string_view text) {
    out_->push_back('-');
    for (const char c : text) out_->push_back(c == '\r' || c == '\n' ? ' ' : c);
    out_->append("\r\n");
  }
  void Integer(std::int64_t value) { absl::StrAppend(out_, ":", value, "\r\n"); }
  void Bulk(std::string_view text) { absl::StrAppend(out_, "$", text.size(), "\r\n", text, "\r\n"); }
  void Null() { out_->append("$-1\r\n"); }
  void NullArray() { out_->append("*-1\r\n"); }
  void Array(std::size_t size) { absl::StrAppend(out_, "*", size, "\r\n"); }

  void WrongType() { Error("WRONGTYPE Operation against a key holding the wrong kind of value"); }
  void WrongArity(std::string_view command) {
    Error(absl::StrCat("ERR wrong number of arguments for '", command, "' command"));
  }
  void Syntax() { Error("ERR syntax error"); }
  void NotInteger() { Error("ERR value is not an integer or out of range"); }

 private:
  std::string* out_;
};

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_REPLY_H_
