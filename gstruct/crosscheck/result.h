// Either a value or one sentence for the person who ran the tool.
//
// The parsers of this folder read hostile input and use no exceptions: whatever can fail returns a Result. The sentence
// says what is wrong, where, and what to do; it is printed as it is, behind the program's name, and the exit code is 2.

#ifndef GORT_GSTRUCT_CROSSCHECK_RESULT_H_
#define GORT_GSTRUCT_CROSSCHECK_RESULT_H_

#include <string>
#include <utility>
#include <variant>

namespace gort::crosscheck {

struct Error {
  std::string sentence;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, both of them, so that functions say `return value;` and `return Error{...};`.
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }

  // The value; only after ok() said yes.
  const T& operator*() const { return std::get<T>(state_); }
  T& operator*() { return std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }
  T* operator->() { return &std::get<T>(state_); }

  // The error; only after ok() said no.
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_RESULT_H_
