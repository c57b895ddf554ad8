// The table of commands.
#ifndef GORT_EXAMPLES_REDISD_COMMANDS_H_
#define GORT_EXAMPLES_REDISD_COMMANDS_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "gort/examples/redisd/session.h"

namespace gort::examples::redisd {

struct CommandSpec {
  std::string_view name;  // in lower case
  int arity;              // number of args with the name; negative: at least that many
  void (*run)(Call& call);
  bool in_subscribed = false;  // may be used by who listens to channels
};

// The commands of each file.
std::span<const CommandSpec> ServerCommands();
std::span<const CommandSpec> StringCommands();
std::span<const CommandSpec> KeyCommands();
std::span<const CommandSpec> ListCommands();
std::span<const CommandSpec> PubSubCommands();

// Returns the command called `name`, in lower case, or null.
const CommandSpec* FindCommand(std::string_view name);
std::size_t CommandCount();
void ForEachCommand(absl::FunctionRef<void(const CommandSpec&)> visit);

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_COMMANDS_H_
