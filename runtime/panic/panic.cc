#include "gort/runtime/panic/panic.h"

#include <cxxabi.h>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <string>
#include <typeinfo>

#include "gort/gstruct/g.h"
#include "gort/runtime/panic/raised.h"
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

void PrintException(const Raised& raised, sys::Printer* out) {
  const char* what = raised.What();
  if (raised.As(typeid(PanicError)) == nullptr) {
    // Allocates, as the throw did a moment ago; without memory it returns null. abseil's demangler, which does not allocate,
    // is not public, and drops the arguments of templates.
    int status = 0;
    char* name = abi::__cxa_demangle(raised.TypeName(), nullptr, nullptr, &status);
    out->Str(name != nullptr ? name : raised.TypeName());
    if (what != nullptr) out->Str(": ");
    std::free(name);
  }
  if (what != nullptr) PrintIndented(what, out);
}

// In the order in which they were thrown, as Go prints panics. To enter a handler is to recover: all but the last were caught.
void PrintRaised(const Raised* raised, std::size_t n, sys::Printer* out) {
  for (std::size_t i = n; i > 0; --i) {
    out->Str(i == n ? "panic: " : "\tpanic: ");
    if (i == kMostRaised) {  // it, and whatever else did not fit
      out->Str("...older exceptions elided...\n");
      continue;
    }
    PrintException(raised[i - 1], out);
    if (i > 1) {
      out->Str(" [recovered]");
    } else if (raised[0].rethrown) {
      out->Str(" [recovered, repanicked]");
    }
    out->Char('\n');
  }
}

[[noreturn]] void Terminate() {
  Raised raised[kMostRaised];
  const std::size_t n = FindRaised(raised);
  if (n == 0) {
    const g* gp = FailingG();
    if (gp == nullptr || !gp->goexiting) sys::Fatal("std::terminate called");
    sys::Fatal(
        "std::terminate called during gort::Goexit: most likely a noexcept function is in the way of unwinding; call Goexit "
        "outside of it, or drop its noexcept");
  }
  sys::BeginReport("panic", 0);
  sys::Printer out;
  PrintRaised(raised, n, &out);
  out.Flush();
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
