// A small shop that records what its goroutines do: orders come in, workers fill them, share one ledger, and sometimes read a file.
//
//     bazel run //examples:tracing -- trace.json
//     bazel run //runtime/trace:view -- trace.json            or drop the file on https://ui.perfetto.dev
//
// In the trace: workers that wait for the channel of orders (chan receive) and for the ledger (sync.Mutex.Lock), the clerk asleep
// between orders, Blocking as a system call on its thread, and each order as a task with its regions.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "gort/gort.h"
#include "gort/runtime/trace/annotation.h"
#include "gort/runtime/trace/trace.h"

namespace {

constexpr int kWorkers = 4;
constexpr int kOrders = 200;

struct Order {
  int number = 0;
  gort::Context context;
};

struct Ledger {
  gort::Mutex mutex;
  long total = 0;  // guard: mutex
};

// Some work for the processor.
long Compute(int rounds) {
  volatile long sum = 0;
  for (int i = 0; i < rounds; ++i) sum = sum + i % 7;
  return sum;
}

// Reading a file stops the thread, so it runs in Blocking: other goroutines get the P if it takes long.
void ReadStock() {
  gort::Blocking([] {
    char buffer[4096];
    const int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && read(fd, buffer, sizeof(buffer)) > 0) {
    }
    if (fd >= 0) close(fd);
  });
}

void Fill(const Order& order, Ledger* ledger) {
  const long price = gort::trace::WithRegion(order.context, "compute", [] { return Compute(20'000); });
  if (order.number % 10 == 0) gort::trace::WithRegion(order.context, "stock", [] { ReadStock(); });
  const gort::trace::Region region(order.context, "ledger");
  ledger->mutex.Lock();
  ledger->total += price;
  gort::Gosched();  // others queue up for the ledger meanwhile
  ledger->mutex.Unlock();
}

void Work(gort::RecvChan<Order> orders, Ledger* ledger) {
  for (const Order& order : orders) {
    Fill(order, ledger);
    if (order.number % 50 == 0) gort::trace::Log(order.context, "milestone", "order " + std::to_string(order.number));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: tracing FILE\n");
    return 2;
  }
  if (absl::Status status = gort::trace::Start(); !status.ok()) {
    std::fprintf(stderr, "tracing: %s\n", std::string(status.message()).c_str());
    return 1;
  }

  Ledger ledger;
  gort::Chan<Order> orders = gort::MakeChan<Order>(2);
  gort::WaitGroup workers;
  workers.Add(kWorkers);
  for (int i = 0; i < kWorkers; ++i) {
    gort::Go({.name = "worker"}, [&] {
      Work(orders, &ledger);
      workers.Done();
    });
  }
  gort::trace::Task day("day");
  for (int number = 1; number <= kOrders; ++number) {
    orders.Send({number, day.context()});
    if (number % 20 == 0) gort::Sleep(absl::Milliseconds(1));
  }
  orders.Close();
  workers.Wait();
  day.End();

  gort::trace::Stop();
  if (absl::Status status = gort::trace::WriteTo(argv[1]); !status.ok()) {
    std::fprintf(stderr, "tracing: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::printf("%d orders filled; the trace is in %s\n", kOrders, argv[1]);
}
