#include "gort/examples/redisd/session.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/commands.h"

namespace gort::examples::redisd {
namespace {

using Table = absl::flat_hash_map<std::string_view, const CommandSpec*>;

const Table& Commands() {
  static const Table& table = *[] {
    auto* made = new Table;
    for (const auto commands : {ServerCommands(), StringCommands(), KeyCommands(), ListCommands(), PubSubCommands()}) {
      for (const CommandSpec& command : commands) made->emplace(command.name, &command);
    }
    return made;
  }();
  return table;
}

std::string UnknownCommand(const Command& args) {
  std::string shown;
  for (std::size_t i = 1; i < args.size() && shown.size() < 128; ++i) {
    absl::StrAppend(&shown, "'", std::string_view(args[i]).substr(0, 128 - shown.size()), "' ");
  }
  return absl::StrCat("ERR unknown command '", std::string_view(args[0]).substr(0, 128),
                      "', with args beginning with: ", shown);
}

std::int64_t NewId(Databases* databases) {
  std::lock_guard lock(databases->mu);
  ++databases->sessions;
  return databases->next_client_id++;
}

bool HasArity(const CommandSpec& spec, std::size_t arguments) {
  const int n = static_cast<int>(arguments);
  return spec.arity >= 0 ? n == spec.arity : n >= -spec.arity;
}

}  // namespace

const CommandSpec* FindCommand(std::string_view name) {
  const auto entry = Commands().find(name);
  return entry == Commands().end() ? nullptr : entry->second;
}

std::size_t CommandCount() { return Commands().size(); }

void ForEachCommand(absl::FunctionRef<void(const CommandSpec&)> visit) {
  for (const auto& [name, command] : Commands()) visit(*command);
}

Session::Session(Databases* databases, Subscriber* subscriber)
    : databases(databases), subscriber(subscriber), id(NewId(databases)) {}

Session::~Session() {
  std::lock_guard lock(databases->mu);
  --databases->sessions;
  for (const PubSub::Kind kind : {PubSub::kChannel, PubSub::kPattern}) {
    for (const std::string& name : names[kind]) databases->pubsub.Unsubscribe(kind, name, subscriber);
  }
}

void Session::Feed(std::string_view input, std::int64_t now_ms, std::string* out) {
  while (!input.empty() && !closing_) {
    input.remove_prefix(parser_.Feed(input));
    if (parser_.done()) {
      const Command command = parser_.Take();
      std::lock_guard lock(databases->mu);
      Execute(command, now_ms, out);
      if (!subscribed()) continue;
      // Before the lock is released, and with it the first message can come.
      subscriber->Deliver(*out);
      out->clear();
    }
    if (parser_.error().empty()) continue;
    Reply(out).Error(absl::StrCat("ERR ", parser_.error()));
    closing_ = true;
  }
}

void Session::Execute(const Command& command, std::int64_t now_ms, std::string* out) {
  Call call{*this, command, databases->stores[selected], now_ms, Reply(out)};
  const std::string name = absl::AsciiStrToLower(command[0]);
  const CommandSpec* const spec = FindCommand(name);
  if (spec == nullptr) return call.reply.Error(UnknownCommand(command));
  if (!HasArity(*spec, command.size())) {
    return call.reply.WrongArity(name);
  }
  if (subscribed() && !spec->in_subscribed) {
    return call.reply.Error(
        absl::StrCat("ERR Can't execute '", name,
                     "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"));
  }
  spec->run(call);
}

}  // namespace gort::examples::redisd
