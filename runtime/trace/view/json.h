// A strict reader of JSON texts (RFC 8259) that builds nothing: the caller walks through the text and takes what it knows.
//
//   Json json(text);
//   json.EnterObject();
//   while (json.NextMember()) {
//     if (json.key() == "ts") {
//       ts = json.Double();
//     } else {
//       json.Skip();                    // each member's value must be consumed
//     }
//   }
//
// The first error sticks: from there on every loop ends, every value is empty, and status() says what is wrong and where. So a caller
// checks once, at the end. Runs on: any. Blocks: never.

#ifndef GORT_RUNTIME_TRACE_VIEW_JSON_H_
#define GORT_RUNTIME_TRACE_VIEW_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace gort::trace::view {

class Json {
 public:
  enum class Kind { kObject, kArray, kString, kNumber, kWord, kEnd };

  // `text` must outlive the reader.
  explicit Json(std::string_view text) : text_(text) {}

  // What comes next, without consuming it; kWord is true, false, null or an error.
  Kind Peek();

  void EnterObject() { Enter('{', "an object"); }
  void EnterArray() { Enter('[', "an array"); }
  // True while there is another member (its name is then key()) or element; false once the closing bracket has been consumed.
  bool NextMember();
  bool NextElement();

  // The name that NextMember found, unescaped; good until the next call.
  const std::string& key() const { return key_; }

  // A string, unescaped, in UTF-8; good until the next call of String or NextMember. A \u escape of half a character is U+FFFD.
  const std::string& String();
  double Double();
  // A number without fraction or exponent that fits.
  int64_t Int();
  // Any value.
  void Skip();
  // Nothing but white space may follow.
  void End();

  bool ok() const { return status_.ok(); }
  // "line 3 (byte 1234): ...".
  const absl::Status& status() const { return status_; }

  // Where the value begins that comes next; for FailAt.
  size_t Place() {
    SkipSpace();
    return at_;
  }
  // Records an error of the caller's, about the value that was read last or one further back. The first error counts.
  void Fail(std::string_view what) { FailAt(value_at_, what); }
  void FailAt(size_t place, std::string_view what);

 private:
  static constexpr int kMaxDepth = 64;

  void Enter(char bracket, std::string_view what);
  bool Next(char closing);
  void SkipSpace();
  void ReadString(std::string& out);
  void ReadEscape(std::string& out);
  bool ReadHex4(uint32_t& unit);
  void CopyUtf8(std::string& out);
  std::string_view ReadNumber();
  void ReadWord();
  // The character at the reader's place, or 0 at the end of the text.
  char At() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  size_t at_ = 0;
  size_t value_at_ = 0;  // where the value that was read last begins
  int depth_ = 0;
  bool first_ = false;  // a bracket has just been opened: no comma before the next value
  std::string key_;
  std::string string_;
  absl::Status status_;
};

}  // namespace gort::trace::view

#endif  // GORT_RUNTIME_TRACE_VIEW_JSON_H_
