#include "gort/examples/flags/flags.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gort::examples {
namespace {

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string& Program() {
  static std::string& name = *new std::string;
  return name;
}

[[noreturn]] void Help(std::string_view usage) {
  std::printf("%.*s\n\nFlags:\n", static_cast<int>(usage.size()), usage.data());
  std::map<std::string_view, absl::CommandLineFlag*> sorted;
  for (const auto& [name, flag] : absl::GetAllFlags()) sorted.emplace(name, flag);
  for (const auto& [name, flag] : sorted) {
    const std::string value =
        flag->IsOfType<std::string>() ? absl::StrCat("\"", flag->DefaultValue(), "\"") : flag->DefaultValue();
    std::printf("  --%s=%s\n      %s\n", std::string(name).c_str(), value.c_str(), flag->Help().c_str());
  }
  std::exit(0);
}

// Sets `flag` from "=value", from the next argument, or, a bool, without either; `at` moves on to what was used.
void Set(absl::CommandLineFlag& flag, std::string_view argument, std::size_t equals, int argc, char** argv, int* at) {
  std::string_view value = "true";
  if (equals != argument.npos) {
    value = argument.substr(equals + 1);
  } else if (!flag.IsOfType<bool>()) {
    if (*at + 1 == argc) BadFlag(absl::StrCat("--", flag.Name(), " needs a value."));
    value = argv[++*at];
  }
  std::string error;  // says the same, in more words
  if (flag.ParseFrom(value, &error)) return;
  BadFlag(absl::StrCat("--", flag.Name(), " cannot be \"", value, "\"."));
}

}  // namespace

void ParseFlags(int argc, char** argv, std::string_view usage) {
  Program() = BaseName(argv[0]);
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (!absl::ConsumePrefix(&argument, "-")) BadFlag(absl::StrCat("the argument \"", argument, "\" is not a flag."));
    absl::ConsumePrefix(&argument, "-");
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (name == "help" || name == "h") Help(usage);
    absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
    if (flag == nullptr) BadFlag(absl::StrCat("there is no flag --", name, "."));
    Set(*flag, argument, equals, argc, argv, &i);
  }
}

void BadFlag(std::string_view sentence) {
  const std::string text = absl::StrCat(Program(), ": ", sentence, " See ", Program(), " --help.\n");
  std::fputs(text.c_str(), stderr);
  std::exit(2);
}

}  // namespace gort::examples
