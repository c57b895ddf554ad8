// The connection and the server.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gort/examples/redisd/commands.h"
#include "gort/examples/redisd/glob.h"
#include "gort/examples/redisd/number.h"

namespace gort::examples::redisd {
namespace {

constexpr std::string_view kVersion = "7.0.0";  // whose commands and errors these are

bool Is(const std::string& argument, std::string_view name) { return absl::EqualsIgnoreCase(argument, name); }

void UnknownSubcommand(Call& call, std::string_view command) {
  call.reply.Error(absl::StrCat("ERR unknown subcommand '", std::string_view(call.args[1]).substr(0, 128), "'. Try ",
                                command, " HELP."));
}

void Ping(Call& call) {
  if (call.args.size() > 2) return call.reply.WrongArity("ping");
  if (call.session.subscribed()) {
    call.reply.Array(2);
    call.reply.Bulk("pong");
    return call.reply.Bulk(call.args.size() == 2 ? call.args[1] : "");
  }
  call.args.size() == 2 ? call.reply.Bulk(call.args[1]) : call.reply.Simple("PONG");
}

void Echo(Call& call) { call.reply.Bulk(call.args[1]); }

void Quit(Call& call) {
  call.reply.Ok();
  call.session.Close();
}

void Select(Call& call) {
  const std::optional<std::int64_t> index = ParseInteger(call.args[1]);
  if (!index) return call.reply.NotInteger();
  if (*index < 0 || static_cast<std::size_t>(*index) >= call.session.databases->stores.size()) {
    return call.reply.Error("ERR DB index is out of range");
  }
  call.session.selected = static_cast<std::size_t>(*index);
  call.reply.Ok();
}

// HELLO [2 [SETNAME name]]. We speak RESP2 only; a client that asks for 3 is told so and goes on with 2.
void Hello(Call& call) {
  std::size_t i = 1;
  if (i < call.args.size()) {
    const std::optional<std::int64_t> version = ParseInteger(call.args[i++]);
    if (!version) return call.reply.Error("ERR Protocol version is not an integer or out of range");
    if (*version != 2) return call.reply.Error("NOPROTO unsupported protocol version");
  }
  const bool named = i + 2 == call.args.size() && Is(call.args[i], "SETNAME");
  if (!named && i < call.args.size()) {
    return call.reply.Error(absl::StrCat("ERR Syntax error in HELLO option '", call.args[i], "'"));
  }
  if (named) call.session.client_name = call.args[i + 1];
  call.reply.Array(14);
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"server", "redis"}, {"version", kVersion}, {"mode", "standalone"}, {"role", "master"}};
  for (const auto& [name, value] : texts) {
    call.reply.Bulk(name);
    call.reply.Bulk(value);
  }
  call.reply.Bulk("proto");
  call.reply.Integer(2);
  call.reply.Bulk("id");
  call.reply.Integer(call.session.id);
  call.reply.Bulk("modules");
  call.reply.Array(0);
}

void Client(Call& call) {
  const std::string& subcommand = call.args[1];
  const std::size_t size = call.args.size();
  if (Is(subcommand, "ID") && size == 2) return call.reply.Integer(call.session.id);
  if (Is(subcommand, "SETINFO") && size == 4) return call.reply.Ok();
  if (Is(subcommand, "GETNAME") && size == 2) {
    const std::string& name = call.session.client_name;
    return name.empty() ? call.reply.Null() : call.reply.Bulk(name);
  }
  if (!Is(subcommand, "SETNAME") || size != 3) return UnknownSubcommand(call, "CLIENT");
  for (const char c : call.args[2]) {
    if (c < '!' || c > '~') {
      return call.reply.Error("ERR Client names cannot contain spaces, newlines or special characters.");
    }
  }
  call.session.client_name = call.args[2];
  call.reply.Ok();
}

// What clients ask for before they begin: names, numbers of arguments, and that there is no more to know.
void CommandCommand(Call& call) {
  if (call.args.size() == 1 || Is(call.args[1], "LIST")) {
    const bool names_only = call.args.size() > 1;
    call.reply.Array(CommandCount());
    ForEachCommand([&](const CommandSpec& spec) {
      if (!names_only) call.reply.Array(3);
      call.reply.Bulk(spec.name);
      if (names_only) return;
      call.reply.Integer(spec.arity);
      call.reply.Array(0);
    });
    return;
  }
  if (Is(call.args[1], "COUNT")) return call.reply.Integer(static_cast<std::int64_t>(CommandCount()));
  if (Is(call.args[1], "DOCS") || Is(call.args[1], "INFO")) return call.reply.Array(0);
  UnknownSubcommand(call, "COMMAND");
}

// What redis-benchmark and others like to know: nothing is kept on disk, and there is no limit of memory.
void Config(Call& call) {
  constexpr std::pair<std::string_view, std::string_view> kParameters[] = {
      {"appendonly", "no"}, {"databases", "16"}, {"maxmemory", "0"}, {"save", ""}};
  if (Is(call.args[1], "RESETSTAT") && call.args.size() == 2) return call.reply.Ok();
  if (!Is(call.args[1], "GET") || call.args.size() < 3) return UnknownSubcommand(call, "CONFIG");
  std::vector<std::string_view> found;
  for (const auto& [name, value] : kParameters) {
    for (std::size_t i = 2; i < call.args.size(); ++i) {
      if (!GlobMatch(absl::AsciiStrToLower(call.args[i]), name)) continue;
      found.insert(found.end(), {name, value});
      break;
    }
  }
  call.reply.Array(found.size());
  for (const std::string_view text : found) call.reply.Bulk(text);
}

void Info(Call& call) {
  const Databases& databases = *call.session.databases;
  std::string text = absl::StrCat(
      "# Server\r\nserver_name:redisd\r\nredis_version:", kVersion,
      "\r\nredis_mode:standalone\r\n\r\n# Clients\r\nconnected_clients:", databases.sessions, "\r\n\r\n# Keyspace\r\n");
  for (std::size_t i = 0; i < databases.stores.size(); ++i) {
    const Store& store = databases.stores[i];
    if (store.size() == 0) continue;
    absl::StrAppend(&text, "db", i, ":keys=", store.size(), ",expires=", store.expiring(), "\r\n");
  }
  call.reply.Bulk(text);
}

void DbSize(Call& call) { call.reply.Integer(static_cast<std::int64_t>(call.store.size())); }

// Clears one store or all. Both SYNC and ASYNC do it at once.
bool CheckFlush(Call& call) {
  if (call.args.size() == 1 || (call.args.size() == 2 && (Is(call.args[1], "SYNC") || Is(call.args[1], "ASYNC"))))
    return true;
  call.reply.Syntax();
  return false;
}

void FlushDb(Call& call) {
  if (!CheckFlush(call)) return;
  call.store.Clear();
  call.reply.Ok();
}

void FlushAll(Call& call) {
  if (!CheckFlush(call)) return;
  for (Store& store : call.session.databases->stores) store.Clear();
  call.reply.Ok();
}

// As Redis: the end of the connection is the reply.
void Shutdown(Call& call) {
  if (call.args.size() > 2) return call.reply.Syntax();
  if (call.args.size() == 2 && !Is(call.args[1], "NOSAVE") && !Is(call.args[1], "SAVE")) return call.reply.Syntax();
  call.session.Close();
  if (call.session.databases->shutdown) call.session.databases->shutdown();
}

constexpr CommandSpec kCommands[] = {
    {"client", -2, Client},
    {"command", -1, CommandCommand},
    {"config", -2, Config},
    {"dbsize", 1, DbSize},
    {"echo", 2, Echo},
    {"flushall", -1, FlushAll},
    {"flushdb", -1, FlushDb},
    {"hello", -1, Hello},
    {"info", -1, Info},
    {"ping", -1, Ping, /*in_subscribed=*/true},
    {"quit", -1, Quit, /*in_subscribed=*/true},
    {"select", 2, Select},
    {"shutdown", -1, Shutdown},
};

}  // namespace

std::span<const CommandSpec> ServerCommands() { return kCommands; }

}  // namespace gort::examples::redisd
