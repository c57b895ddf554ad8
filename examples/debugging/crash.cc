// One of four workers follows a null pointer: docs/debugging.md finds out which, and why.
//
//   ./bazelw run //examples/debugging:crash

#include <cstdio>
#include <map>
#include <string>

#include "gort/gort.h"

namespace {

struct User {
  std::string name;
  long cents = 0;
};

using Users = std::map<int, User>;

// The mistake: null when there is no such user, which Charge does not expect.
const User* Find(const Users& users, int id) {
  const auto found = users.find(id);
  return found == users.end() ? nullptr : &found->second;
}

[[gnu::noinline]] long Charge(const Users& users, int id) { return Find(users, id)->cents - 100; }

void Worker(const Users& users, const gort::Chan<int>& orders, const gort::Chan<long>& results) {
  for (int id : orders) results.Send(Charge(users, id));
}

}  // namespace

int main() {
  const Users users = {{1, {"ann", 500}}, {2, {"ben", 700}}, {3, {"cyd", 900}}};
  const gort::Chan<int> orders = gort::MakeChan<int>();
  const gort::Chan<long> results = gort::MakeChan<long>(8);
  for (int i = 0; i < 4; ++i) gort::Go({.name = "worker"}, [=, &users] { Worker(users, orders, results); });
  for (int id : {1, 2, 3, 4}) orders.Send(id);
  for (int i = 0; i < 4; ++i) std::printf("%ld\n", *results.Recv());
}
