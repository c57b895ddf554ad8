// What happens to a program before, during and after Notify. default_test.sh has the list.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <string_view>

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/signal/signal.h"

namespace {

void Say(const char* what) {
  puts(what);
  fflush(stdout);
}

// Notify, one signal received, and Stop.
void HearAndStop(int sig) {
  const gort::Chan<int> c = gort::MakeChan<int>(1);
  gort::signal::Notify(c, sig);
  raise(sig);
  printf("got %s\n", gort::signal::Text(*c.Recv()).c_str());
  fflush(stdout);
  gort::signal::Stop(c);
}

// In the first page, but not null: that UBSan would find first.
int* volatile nowhere = reinterpret_cast<int*>(16);

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const int sig = argc > 2 ? atoi(argv[2]) : SIGTERM;
  if (what == "before") {
    raise(sig);
  } else if (what == "after") {
    HearAndStop(sig);
    raise(sig);
  } else if (what == "ignored") {
    Say(gort::signal::Ignored(sig) ? "ignored" : "not ignored");
  } else if (what == "wait") {
    const gort::Chan<int> c = gort::MakeChan<int>(1);
    gort::signal::Notify(c, sig);
    Say("ready");
    c.Recv();
  } else if (what == "nil") {
    gort::signal::Notify(gort::MakeChan<int>(1));
    *nowhere = 1;
  } else if (what == "abort") {
    gort::signal::Notify(gort::MakeChan<int>(1));
    abort();
  } else if (what == "sanitizer") {
    Say(GORT_ASAN || GORT_TSAN ? "yes" : "no");
    return 0;
  } else {
    fprintf(stderr, "default_program: what is '%s'?\n", argc > 1 ? argv[1] : "");
    return 2;
  }
  Say("still here");
  return 0;
}
