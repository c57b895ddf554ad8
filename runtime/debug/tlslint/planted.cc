// What tlslint must find, and what it must not: tlslint_test.sh compiles this and looks for the names.

#include <cerrno>

namespace gort {
void Gosched();
int Errno();
namespace runtime {
void gopark();
}
}  // namespace gort

thread_local int counter;
thread_local int table[100];
int elsewhere();
void keep(int* p);

// ---- Each of these keeps an address ----

int FoundErrnoReadAgain() {
  errno = 0;
  gort::Gosched();
  return errno;
}

int FoundErrnoInALoop(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += errno;
    gort::Gosched();
  }
  return sum;
}

void FoundPointerPassedOn() {
  int* p = &counter;
  keep(p);
  gort::Gosched();
  keep(p);
}

int FoundThroughACallee();
[[gnu::noinline]] void Parks() {
  gort::runtime::gopark();
  asm volatile("");
}
int FoundThroughACallee() {
  int* p = &counter;
  keep(p);
  Parks();
  return *p;
}

// All callee-saved registers are in use, so the address goes to the stack and comes back.
int FoundSpilled(int n) {
  int* p = table + n;
  keep(p);
  const int a = elsewhere(), b = elsewhere(), c = elsewhere(), d = elsewhere(), e = elsewhere(), f = elsewhere(), g = elsewhere();
  gort::Gosched();
  const int sum = elsewhere() + a + b * 3 + c * 5 + d * 7 + e * 9 + f * 11 + g * 13;
  return sum + *p;
}

// ---- None of these does ----

int CleanNoPark() {
  errno = 0;
  return elsewhere() + errno;
}

int CleanAccessor() {
  const int before = gort::Errno();
  gort::Gosched();
  return before + gort::Errno();
}

// noinline alone does not help: clang sees what it returns, and takes the address itself.
[[gnu::noinline]] int* Counter() {
  int* p = &counter;
  asm volatile("" : "+r"(p));
  return p;
}
int CleanTakenAgain() {
  *Counter() = 1;
  gort::Gosched();
  return *Counter();
}

int CleanValueKept() {
  const int value = counter;
  gort::Gosched();
  return value;
}

int CleanOtherBranch(bool parks) {
  int* p = &counter;
  keep(p);
  if (parks) {
    gort::Gosched();
    return 0;
  }
  return *p;
}
