// Runs a program with an argument vector that has no strings at all, as execve allows and no shell does.
//
//   startup_exec PROGRAM

#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: startup_exec PROGRAM\n");
    return 2;
  }
  char* const none[] = {nullptr};
  execve(argv[1], none, environ);
  std::perror(argv[1]);
  return 2;
}
