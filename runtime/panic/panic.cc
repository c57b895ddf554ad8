#include "gort/runtime/panic/panic.h"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <typeinfo>

#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {

namespace {

// As Go 1.23 and later: the lines after the first are indented.
void PrintIndented(const char* text, sys::Printer* out) {
  for (; *text != '\0'; ++text) {
    out->Char(*text);
    if (*text == '\n') out->Char('\t');
  }
}

void PrintException(const std::type_info& type, sys::Printer* out) {
  int status = 0;
  char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  const char* what = nullptr;
  bool is_panic = false;
  try {
    throw;  // the one in flight; this is the way to look at its value
  } catch (const PanicError& error) {
    is_panic = true;
    what = error.what();
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {  // a type without a text
  }
  if (!is_panic) out->Str(name != nullptr ? name : type.name());
  if (!is_panic && what != nullptr) out->Str(": ");
  if (what != nullptr) PrintIndented(what, out);
  std::free(name);
}

[[noreturn]] void Terminate() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) sys::Fatal("std::terminate called");
  sys::BeginReport("panic", 0);
  sys::Printer out;
  out.Str("panic: ");
  PrintException(*type, &out);
  out.Char('\n').Flush();
  DumpForReport(FailingG(), nullptr, gotraceback());
  sys::EndReport();
}

}  // namespace

void InstallPanicHandler() {
  // libstdc++ starts with its verbose handler, or with abort where it was built without: both are nobody's choice.
  const std::terminate_handler current = std::get_terminate();
  if (current == &__gnu_cxx::__verbose_terminate_handler || current == &std::abort) std::set_terminate(&Terminate);
}

}  // namespace gort::runtime

namespace gort {

void SetTraceback(std::string_view level) {
  runtime::Traceback parsed;
  if (const char* expected = runtime::ParseTraceback({level.data(), level.size()}, &parsed); expected != nullptr) {
    throw PanicError("SetTraceback: \"" + std::string(level) + "\"; expected " + expected);
  }
  runtime::setTraceback(parsed);
}

}  // namespace gort
