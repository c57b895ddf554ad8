// How long programs take from start to exit: runs each in turn, many times, and prints min and median in microseconds.
//
//   spawn_times ROUNDS PROGRAM...
//
// In turn, and not one after the other, so that whatever else the machine does meets all alike. Timed is what a shell
// would wait for: posix_spawn (vfork and exec), the program, and wait4. The programs write to /dev/null. Nobody's
// environment: a long one would be copied for each start.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kWarmUpRounds = 10;  // page cache, and the loader's own files

[[noreturn]] void Fail(const std::string& what, const char* why) {
  std::fprintf(stderr, "spawn_times: %s: %s\n", what.c_str(), why);
  std::exit(2);
}

// Starts the program, waits for its end, and returns the time in microseconds. Errors: stops if it cannot be started or
// does not exit with 0: the time would mean nothing.
double StartToExitMicros(const char* program, const posix_spawn_file_actions_t& actions) {
  char* const argv[] = {const_cast<char*>(program), nullptr};
  char* const envp[] = {nullptr};
  pid_t pid;
  int status;
  const auto start = std::chrono::steady_clock::now();
  if (const int error = posix_spawn(&pid, program, &actions, nullptr, argv, envp); error != 0) {
    Fail(program, std::strerror(error));
  }
  if (waitpid(pid, &status, 0) != pid) Fail(program, "waitpid failed");
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Fail(program, "did not exit with 0; run it by itself to see why");
  return took.count();
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[1]) : 0;
  if (rounds <= 0) Fail("usage", "spawn_times ROUNDS PROGRAM...");
  const std::vector<const char*> programs(argv + 2, argv + argc);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

  std::vector<std::vector<double>> micros(programs.size());
  for (int round = -kWarmUpRounds; round < rounds; ++round) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const double took = StartToExitMicros(programs[i], actions);
      if (round >= 0) micros[i].push_back(took);
    }
  }
  posix_spawn_file_actions_destroy(&actions);

  for (std::size_t i = 0; i < programs.size(); ++i) {
    std::sort(micros[i].begin(), micros[i].end());
    std::printf("%.0f %.0f %s\n", micros[i].front(), micros[i][micros[i].size() / 2], programs[i]);
  }
}
