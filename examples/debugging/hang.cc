// Two transfers that wait for each other, in a program that otherwise goes on: docs/debugging.md finds out where.
//
//   ./bazelw run //examples/debugging:hang          and then Ctrl-\ from the terminal

#include <cstdio>

#include "absl/time/time.h"
#include "gort/gort.h"

namespace {

struct Account {
  gort::Mutex mutex;
  long cents = 10'000;
};

// The mistake: whoever locks two accounts must lock them in one order, the same for all.
void Transfer(Account& from, Account& to, long cents, gort::WaitGroup& both_hold_one) {
  from.mutex.Lock();
  both_hold_one.Done();
  both_hold_one.Wait();  // so that it hangs each time, and not once a month
  to.mutex.Lock();
  from.cents -= cents;
  to.cents += cents;
  to.mutex.Unlock();
  from.mutex.Unlock();
}

// Keeps the program busy: to the scheduler it is alive, so no deadlock is reported.
void Heartbeat() {
  for (;;) gort::Sleep(absl::Milliseconds(10));
}

}  // namespace

int main() {
  Account alice, bob;
  gort::WaitGroup both_hold_one, done;
  both_hold_one.Add(2);
  gort::Go({.name = "heartbeat"}, Heartbeat);
  done.Go([&] { Transfer(alice, bob, 300, both_hold_one); });
  done.Go([&] { Transfer(bob, alice, 500, both_hold_one); });
  both_hold_one.Wait();
  std::puts("transferring");
  std::fflush(stdout);
  done.Wait();
  std::printf("alice %ld, bob %ld\n", alice.cents, bob.cents);
}
