#include "gort/tests/layering/starlark.h"

#include <cctype>
#include <charconv>
#include <cstddef>

namespace gort::layering {
namespace {

struct Token {
  enum class Kind { kWord, kString, kMark } kind;  // kWord: identifiers and numbers; kMark: one character
  std::string text;
  int line;
};

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (c == '"' || c == '\'') {
        ReadString();
      } else if (IsWordCharacter(c)) {
        ReadWord();
      } else {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) tokens_.push_back({Token::Kind::kMark, {c}, line_});
        Advance();
      }
    }
    return std::move(tokens_);
  }

 private:
  void Advance() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }

  void ReadWord() {
    const std::size_t start = at_;
    while (at_ < text_.size() && IsWordCharacter(text_[at_])) ++at_;
    tokens_.push_back({Token::Kind::kWord, std::string(text_.substr(start, at_ - start)), line_});
  }

  void ReadString() {
    const std::string quote(text_.substr(at_, 3) == std::string(3, text_[at_]) ? 3 : 1, text_[at_]);
    Token token = {Token::Kind::kString, "", line_};
    at_ += quote.size();
    while (at_ < text_.size() && text_.substr(at_, quote.size()) != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) Advance();
      token.text.push_back(text_[at_]);
      Advance();
    }
    at_ += quote.size();  // past the end of an unfinished string; Run stops there
    tokens_.push_back(std::move(token));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

bool IsMark(const Token& token, char c) { return token.kind == Token::Kind::kMark && token.text[0] == c; }

// The index behind "VARIABLE =", or the number of tokens.
std::size_t FindValue(const std::vector<Token>& tokens, std::string_view variable) {
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].kind == Token::Kind::kWord && tokens[i].text == variable && IsMark(tokens[i + 1], '=')) return i + 2;
  }
  return tokens.size();
}

// A pair of brackets that is not closed yet.
struct Open {
  bool is_call;
  Call call;              // if it is one
  std::string attribute;  // the one whose value we are in
};

}  // namespace

std::vector<Call> ParseCalls(std::string_view build_file) {
  const std::vector<Token> tokens = Lexer(build_file).Run();
  std::vector<Call> calls;
  std::vector<Open> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const Token* previous = i > 0 ? &tokens[i - 1] : nullptr;
    if (IsMark(token, '(')) {
      const bool is_call = previous != nullptr && previous->kind == Token::Kind::kWord;
      open.push_back({is_call, {}, ""});
      if (is_call)
        open.back().call = {.function = previous->text, .line = previous->line, .testonly = false, .attributes = {}};
    } else if (IsMark(token, '[') || IsMark(token, '{')) {
      open.push_back({false, {}, ""});
    } else if ((IsMark(token, ')') || IsMark(token, ']') || IsMark(token, '}')) && !open.empty()) {
      if (open.back().is_call && open.back().call.attributes.contains("name")) calls.push_back(open.back().call);
      open.pop_back();
    } else if (open.empty()) {
      continue;
    } else if (IsMark(token, '=') && previous->kind == Token::Kind::kWord && open.back().is_call) {
      open.back().attribute = previous->text;
      open.back().call.attributes[previous->text];  // present, even if its value holds no string
    } else if (token.kind == Token::Kind::kString) {
      for (Open& outer : open) {
        if (outer.is_call) outer.call.attributes[outer.attribute].push_back(token.text);
      }
    } else if (token.text == "True" && open.back().attribute == "testonly") {
      open.back().call.testonly = true;
    }
  }
  return calls;
}

std::vector<std::vector<std::string>> ParseListOfLists(std::string_view bzl_file, std::string_view variable) {
  const std::vector<Token> tokens = Lexer(bzl_file).Run();
  std::vector<std::vector<std::string>> lists;
  int depth = 0;
  for (std::size_t i = FindValue(tokens, variable); i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (IsMark(token, '[') && ++depth == 2) lists.emplace_back();
    if (IsMark(token, ']') && --depth == 0) break;
    if (token.kind == Token::Kind::kString && depth == 2) lists.back().push_back(token.text);
  }
  return lists;
}

int ParseNumber(std::string_view bzl_file, std::string_view variable) {
  const std::vector<Token> tokens = Lexer(bzl_file).Run();
  const std::size_t i = FindValue(tokens, variable);
  int value = -1;
  if (i < tokens.size()) std::from_chars(tokens[i].text.data(), tokens[i].text.data() + tokens[i].text.size(), value);
  return value;
}

}  // namespace gort::layering
