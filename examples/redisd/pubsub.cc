#include "gort/examples/redisd/pubsub.h"

#include "gort/examples/redisd/glob.h"
#include "gort/examples/redisd/reply.h"

namespace gort::examples::redisd {

bool PubSub::Subscribe(Kind kind, const std::string& name, Subscriber* subscriber) {
  return listeners_[kind][name].insert(subscriber).second;
}

bool PubSub::Unsubscribe(Kind kind, const std::string& name, Subscriber* subscriber) {
  const auto entry = listeners_[kind].find(name);
  if (entry == listeners_[kind].end() || entry->second.erase(subscriber) == 0) return false;
  if (entry->second.empty()) listeners_[kind].erase(entry);
  return true;
}

std::size_t PubSub::Publish(std::string_view channel, std::string_view message) const {
  std::size_t deliveries = 0;
  if (const auto entry = listeners_[kChannel].find(channel); entry != listeners_[kChannel].end()) {
    std::string bytes;
    Reply reply(&bytes);
    reply.Array(3);
    for (const std::string_view part : {std::string_view("message"), channel, message}) reply.Bulk(part);
    for (Subscriber* subscriber : entry->second) subscriber->Deliver(bytes);
    deliveries += entry->second.size();
  }
  for (const auto& [pattern, subscribers] : listeners_[kPattern]) {
    if (!GlobMatch(pattern, channel)) continue;
    std::string bytes;
    Reply reply(&bytes);
    reply.Array(4);
    for (const std::string_view part : {std::string_view("pmessage"), std::string_view(pattern), channel, message})
      reply.Bulk(part);
    for (Subscriber* subscriber : subscribers) subscriber->Deliver(bytes);
    deliveries += subscribers.size();
  }
  return deliveries;
}

std::vector<std::string> PubSub::Channels(std::string_view pattern) const {
  std::vector<std::string> channels;
  for (const auto& [channel, subscribers] : listeners_[kChannel]) {
    if (GlobMatch(pattern, channel)) channels.push_back(channel);
  }
  return channels;
}

std::size_t PubSub::SubscribersOf(const std::string& channel) const {
  const auto entry = listeners_[kChannel].find(channel);
  return entry == listeners_[kChannel].end() ? 0 : entry->second.size();
}

}  // namespace gort::examples::redisd
