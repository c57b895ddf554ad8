// A pipeline whose middle stage asks a server that loses requests, and asks again after a timeout.
//
//   ./bazelw run //examples:pipeline
//
//   Cities --> Lookup --> main
//               |  ^
//      Request  v  |  reply
//              Server

#include <chrono>
#include <cstdio>
#include <optional>
#include <set>
#include <string>

#include "gort/gort.h"

namespace {

using std::chrono::milliseconds;

struct Request {
  std::string city;
  gort::SendChan<int> reply;
};

struct Forecast {
  std::string city;
  int degrees;
};

// Loses the first request for each city.
void Server(gort::RecvChan<Request> requests) {
  std::set<std::string> seen;
  for (Request& request : requests) {
    const bool lost = seen.insert(request.city).second;
    if (!lost) request.reply.Send(static_cast<int>(3 * request.city.size()));
  }
}

// Asks until there is an answer, each time with more patience.
int Ask(gort::SendChan<Request> server, const std::string& city) {
  for (milliseconds patience(5);; patience *= 2) {
    // Each request has a channel of its own for the answer, with room for it: a server that is late need not wait for us, and
    // what it says then reaches nobody.
    const gort::Chan<int> reply = gort::MakeChan<int>(1);
    server.Send({city, reply});
    std::optional<int> degrees;
    switch (gort::Select(gort::Recv(reply, degrees), gort::Timeout(patience))) {
      case 0: return *degrees;
      case 1: break;  // lost, or late
    }
  }
}

}  // namespace

int main() {
  const gort::Chan<std::string> cities = gort::MakeChan<std::string>();
  gort::Go([cities] {
    for (const char* city : {"Oslo", "Lima", "Nairobi", "Thimphu"}) cities.Send(city);
    cities.Close();  // what ends the loops below, stage by stage
  });

  const gort::Chan<Request> requests = gort::MakeChan<Request>();
  gort::Go([requests] { Server(requests); });

  const gort::Chan<Forecast> forecasts = gort::MakeChan<Forecast>();
  gort::Go([cities, requests, forecasts] {
    for (const std::string& city : cities) forecasts.Send({city, Ask(requests, city)});
    forecasts.Close();
  });

  for (const Forecast& forecast : forecasts) std::printf("%s: %d degrees\n", forecast.city.c_str(), forecast.degrees);
}
