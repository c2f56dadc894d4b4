// The program: finds the subcommand, runs it, and turns what goes wrong into messages and statuses.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "boards/suggestions.h"
#include "cli/command.h"
#include "cli/command_tree.h"
#include "cli/run_session.h"

namespace mcost::cli {
namespace {

constexpr std::array<Command, 11> kCommands = {{
    {"run", &add_run},
    {"profile", &add_profile},
    {"report", &add_report},
    {"compare", &add_compare},
    {"check", &add_check},
    {"call", &add_call},
    {"loop", &add_loop},
    {"gdb", &add_gdb},
    {"sweep", &add_sweep},
    {"fit", &add_fit},
    {"boards", &add_boards},
}};

constexpr std::size_t kHelpColumn = 34;

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  names.reserve(kCommands.size());
  for (const Command& command : kCommands) names.emplace_back(command.name);
  return names;
}

/// CLI11 takes a value that starts with a dash for an option: `--args --all` becomes
/// `--args=--all`, `--arg -3` becomes `--arg=-3`.
std::vector<std::string> joined_arguments(int count, const char* const* values) {
  std::vector<std::string> arguments;
  for (int i = 1; i < count; ++i) {
    std::string argument = values[i];
    if ((argument == "--args" || argument == "--arg") && i + 1 < count)
      argument += "=" + std::string(values[++i]);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

/// An argument nobody took: names the nearest thing that exists.
[[noreturn]] void refuse_extra(const CLI::App& command, const std::string& extra) {
  const std::string help = fmt::format("mcost {} --help", command.get_name());
  if (!extra.starts_with("-")) {
    throw ConfigError(fmt::format("unexpected argument \"{}\"", extra),
                      "mcost " + command.get_name(), fmt::format("`{}` shows what it takes", help));
  }
  const std::string name = extra.substr(0, extra.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  const std::string near = boards::nearest_name(name, names);
  throw ConfigError(fmt::format("unknown option \"{}\"", name), "mcost " + command.get_name(),
                    near.empty()
                        ? fmt::format("`{}` lists options", help)
                        : fmt::format("did you mean \"{}\"? `{}` lists options", near, help));
}

void refuse_unknown_command(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with("-")) return;
  const auto names = command_names();
  for (const std::string& name : names) {
    if (name == arguments.front()) return;
  }
  throw ConfigError(fmt::format("unknown command \"{}\"", arguments.front()), "command line",
                    boards::suggest(arguments.front(), "commands", names));
}

int dispatch(int count, const char* const* values) {
  std::function<int()> action;
  CLI::App program("Cycle, byte and energy cost of Cortex-M firmware, without the board", "mcost");
  program.set_version_flag("--version", "mcost " MCOST_VERSION);
  program.require_subcommand(0, 1);
  program.get_formatter()->column_width(kHelpColumn);
  for (const Command& command : kCommands) command.add(program, action);
  for (CLI::App* const command : program.get_subcommands([](CLI::App*) { return true; })) {
    command->allow_extras();
  }
  std::vector<std::string> arguments = joined_arguments(count, values);
  // For scripts that write documentation and completion: not in the help.
  if (arguments == std::vector<std::string>{"--describe"}) {
    write_stdout(command_tree(program));
    return kOk;
  }
  refuse_unknown_command(arguments);
  const bool nothing_given = arguments.empty();
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    program.parse(std::move(reversed));
  } catch (const CLI::Success& success) {
    return program.exit(success);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    const std::string option = what.substr(0, what.find(':'));
    if (what.find("At Most") != std::string::npos) {
      throw ConfigError("given more than once", option, "give it once");
    }
    throw ConfigError("a value is missing", option, "`mcost COMMAND --help` says what it takes");
  } catch (const CLI::ParseError& error) {
    std::string what = error.what();
    if (!what.empty() && what.back() == '.') what.pop_back();
    throw ConfigError(what, "command line",
                      "`mcost --help` and `mcost COMMAND --help` list options");
  }
  for (const CLI::App* const command : program.get_subcommands()) {
    std::vector<std::string> extras = command->remaining();
    for (const std::string& extra : extras) {
      if (extra.starts_with("-")) refuse_extra(*command, extra);
    }
    if (!extras.empty()) refuse_extra(*command, extras.front());
  }
  if (!action) {
    if (nothing_given) fmt::print(stderr, "{}", program.help());
    throw ConfigError("no command", "command line",
                      boards::suggest("", "commands", command_names()));
  }
  return action();
}

}  // namespace
}  // namespace mcost::cli

int main(int argc, char** argv) {
  using namespace mcost;  // NOLINT(google-build-using-namespace): this is the end of the line
  try {
    return cli::dispatch(argc, argv);
  } catch (const InputError& error) {
    cli::print_error(error);
    return cli::kBadInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "mcost: error: not enough memory: this machine: close other programs\n");
    return cli::kInternal;
  } catch (const std::exception& error) {
    fmt::print(stderr,
               "mcost: internal error: {}: please report it with the firmware and command\n",
               error.what());
    return cli::kInternal;
  }
}
