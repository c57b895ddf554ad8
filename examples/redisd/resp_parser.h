// Reads commands in RESP2, Redis's protocol, from a stream of bytes in pieces of any size: arrays of bulk strings
// ("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"), and inline commands ("GET k\r\n"), as one types them into telnet.
#ifndef GORT_EXAMPLES_REDISD_RESP_PARSER_H_
#define GORT_EXAMPLES_REDISD_RESP_PARSER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gort::examples::redisd {

using Command = std::vector<std::string>;  // its name and arguments; never empty

class RespParser {
 public:
  // Takes the bytes of `input` that belong to the current command, and returns how many these are: all of them unless done() or
  // error() then says something. Empty commands ("\r\n", "*0\r\n") are passed over, as Redis does.
  std::size_t Feed(std::string_view input);

  bool done() const { return state_ == State::kDone; }

  // What is wrong with the bytes, in Redis's words ("Protocol error: ..."), or empty. The connection cannot be used any more.
  std::string_view error() const { return error_; }

  // Returns the command, once done(), and begins with the next one.
  Command Take();

 private:
  enum class State {
    kStart,     // of a command
    kInline,    // a line that does not begin with '*'
    kArray,     // the line "*n"
    kBulkSize,  // the line "$n"
    kBulk,      // n bytes
    kBulkEnd,   // CR LF
    kDone,
    kError,
  };

  bool FeedLine(std::string_view* input);
  void FeedBulk(std::string_view* input);
  void EndLine(std::string_view line);
  void InlineLine(std::string_view line);
  void ArrayLine(std::string_view line);
  void BulkSizeLine(std::string_view line);
  void Fail(std::string text);

  State state_ = State::kStart;
  std::string line_;           // what has come of the current line
  std::size_t arguments_ = 0;  // of the array, still to come
  std::size_t left_ = 0;       // of the bulk string and its CR LF
  Command command_;
  std::string error_;
};

// Splits an inline command at blanks, with Redis's quotes: "a\x41\n" with escapes, 'a\'b' without. False: unbalanced quotes.
bool SplitInline(std::string_view line, Command* command);

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_RESP_PARSER_H_
