// For flags_test.sh: prints its flags.
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "gort/examples/flags/flags.h"

ABSL_FLAG(int, port, 80, "the port");
ABSL_FLAG(bool, verbose, false, "whether to say more");
ABSL_FLAG(std::string, root, ".", "the folder");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(5), "how long to wait");

int main(int argc, char** argv) {
  gort::examples::ParseFlags(argc, argv, "Prints its flags.");
  std::printf("%d %d %s %s\n", absl::GetFlag(FLAGS_port), absl::GetFlag(FLAGS_verbose),
              absl::GetFlag(FLAGS_root).c_str(), absl::FormatDuration(absl::GetFlag(FLAGS_timeout)).c_str());
}
