// Channels that are subscribed to, and messages for them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/commands.h"

namespace gort::examples::redisd {
namespace {

// The reply to each name: what happened, the name or null, and how many the session listens to now.
void ReplySubscription(Call& call, std::string_view event, const std::string* name) {
  call.reply.Array(3);
  call.reply.Bulk(event);
  name != nullptr ? call.reply.Bulk(*name) : call.reply.Null();
  call.reply.Integer(static_cast<std::int64_t>(call.session.names[0].size() + call.session.names[1].size()));
}

void SubscribeTo(Call& call, PubSub::Kind kind, std::string_view event) {
  Session& session = call.session;
  for (std::size_t i = 1; i < call.args.size(); ++i) {
    session.databases->pubsub.Subscribe(kind, call.args[i], session.subscriber);
    session.names[kind].insert(call.args[i]);
    ReplySubscription(call, event, &call.args[i]);
  }
}

// Without names: from all of the kind.
void UnsubscribeFrom(Call& call, PubSub::Kind kind, std::string_view event) {
  Session& session = call.session;
  std::vector<std::string> names(call.args.begin() + 1, call.args.end());
  if (names.empty()) names.assign(session.names[kind].begin(), session.names[kind].end());
  if (names.empty()) return ReplySubscription(call, event, nullptr);
  for (const std::string& name : names) {
    session.databases->pubsub.Unsubscribe(kind, name, session.subscriber);
    session.names[kind].erase(name);
    ReplySubscription(call, event, &name);
  }
}

void Subscribe(Call& call) { SubscribeTo(call, PubSub::kChannel, "subscribe"); }
void PSubscribe(Call& call) { SubscribeTo(call, PubSub::kPattern, "psubscribe"); }
void Unsubscribe(Call& call) { UnsubscribeFrom(call, PubSub::kChannel, "unsubscribe"); }
void PUnsubscribe(Call& call) { UnsubscribeFrom(call, PubSub::kPattern, "punsubscribe"); }

// The connection as it was at the beginning.
void Reset(Call& call) {
  Session& session = call.session;
  for (const PubSub::Kind kind : {PubSub::kChannel, PubSub::kPattern}) {
    for (const std::string& name : session.names[kind])
      session.databases->pubsub.Unsubscribe(kind, name, session.subscriber);
    session.names[kind].clear();
  }
  session.selected = 0;
  session.client_name.clear();
  call.reply.Simple("RESET");
}

void Publish(Call& call) {
  call.reply.Integer(static_cast<std::int64_t>(call.session.databases->pubsub.Publish(call.args[1], call.args[2])));
}

void PubSubCommand(Call& call) {
  const PubSub& pubsub = call.session.databases->pubsub;
  const std::string& subcommand = call.args[1];
  if (absl::EqualsIgnoreCase(subcommand, "CHANNELS") && call.args.size() <= 3) {
    const std::vector<std::string> channels = pubsub.Channels(call.args.size() == 3 ? call.args[2] : "*");
    call.reply.Array(channels.size());
    for (const std::string& channel : channels) call.reply.Bulk(channel);
  } else if (absl::EqualsIgnoreCase(subcommand, "NUMSUB")) {
    call.reply.Array(2 * (call.args.size() - 2));
    for (std::size_t i = 2; i < call.args.size(); ++i) {
      call.reply.Bulk(call.args[i]);
      call.reply.Integer(static_cast<std::int64_t>(pubsub.SubscribersOf(call.args[i])));
    }
  } else if (absl::EqualsIgnoreCase(subcommand, "NUMPAT") && call.args.size() == 2) {
    call.reply.Integer(static_cast<std::int64_t>(pubsub.PatternCount()));
  } else {
    call.reply.Error(
        absl::StrCat("ERR unknown subcommand '", std::string_view(subcommand).substr(0, 128), "'. Try PUBSUB HELP."));
  }
}

constexpr CommandSpec kCommands[] = {
    {"psubscribe", -2, PSubscribe, /*in_subscribed=*/true},
    {"publish", 3, Publish},
    {"pubsub", -2, PubSubCommand},
    {"punsubscribe", -1, PUnsubscribe, /*in_subscribed=*/true},
    {"reset", 1, Reset, /*in_subscribed=*/true},
    {"subscribe", -2, Subscribe, /*in_subscribed=*/true},
    {"unsubscribe", -1, Unsubscribe, /*in_subscribed=*/true},
};

}  // namespace

std::span<const CommandSpec> PubSubCommands() { return kCommands; }

}  // namespace gort::examples::redisd
