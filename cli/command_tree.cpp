#include "cli/command_tree.h"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>
#include <vector>

namespace mcost::cli {
namespace {

using Json = nlohmann::ordered_json;

Json option_json(const CLI::Option& option) {
  Json json;
  if (option.get_positional() && option.get_lnames().empty() && option.get_snames().empty()) {
    json["name"] = option.get_name(true);
  } else {
    json["names"] = Json::array();
    for (const std::string& name : option.get_snames()) json["names"].push_back("-" + name);
    for (const std::string& name : option.get_lnames()) json["names"].push_back("--" + name);
  }
  const bool takes_value = option.get_items_expected_max() > 0;
  json["type"] = takes_value ? option.get_type_name() : "";
  json["repeats"] = option.get_items_expected_max() > 1;
  json["help"] = option.get_description();
  return json;
}

Json app_json(const CLI::App& app) {
  Json json = {{"name", app.get_name()},     {"description", app.get_description()},
               {"footer", app.get_footer()}, {"positionals", Json::array()},
               {"options", Json::array()},   {"commands", Json::array()}};
  for (const CLI::Option* const option : app.get_options()) {
    const bool positional = option->get_positional();
    json[positional ? "positionals" : "options"].push_back(option_json(*option));
  }
  for (const CLI::App* const command : app.get_subcommands({}))
    json["commands"].push_back(app_json(*command));
  return json;
}

}  // namespace

std::string command_tree(const CLI::App& program) { return app_json(program).dump(1) + "\n"; }

}  // namespace mcost::cli
