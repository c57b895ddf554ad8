// Who listens to which channel.
#ifndef GORT_EXAMPLES_REDISD_PUBSUB_H_
#define GORT_EXAMPLES_REDISD_PUBSUB_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"

namespace gort::examples::redisd {

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Takes a message, in RESP2. Must not block: a subscriber that reads slowly keeps its own queue, or gives up.
  virtual void Deliver(std::string_view bytes) = 0;
};

// Not locked: its user lets one goroutine in at a time.
class PubSub {
 public:
  enum Kind { kChannel, kPattern };

  // Each returns whether that was new.
  bool Subscribe(Kind kind, const std::string& name, Subscriber* subscriber);
  bool Unsubscribe(Kind kind, const std::string& name, Subscriber* subscriber);

  // Delivers `message` to all who listen to `channel`, once for each way in which they do; returns how many deliveries that was.
  std::size_t Publish(std::string_view channel, std::string_view message) const;

  std::vector<std::string> Channels(std::string_view pattern) const;
  std::size_t SubscribersOf(const std::string& channel) const;
  std::size_t PatternCount() const { return listeners_[kPattern].size(); }

 private:
  // Only names that somebody listens to.
  absl::btree_map<std::string, absl::btree_set<Subscriber*>> listeners_[2];
};

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_PUBSUB_H_
