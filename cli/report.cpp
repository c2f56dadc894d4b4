// mcost report: one HTML page with the pictures of one result, or of several beside each other.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <vector>

#include "analysis/reports/html.h"
#include "analysis/reports/registry.h"
#include "cli/command.h"
#include "cli/input_file.h"

namespace mcost::cli {
namespace {

namespace fs = std::filesystem;

/// More are no comparison that anybody could read.
constexpr std::size_t kMostResults = 24;

struct ReportOptions {
  std::vector<std::string> results;
  std::string html;
};

void check(const ReportOptions& options) {
  if (!analysis::has_html_page()) {
    throw ConfigError("this mcost was built without the page", "mcost report",
                      "build it with -DMCOST_REPORT=ON, for which script/bootstrap installs npm");
  }
  if (options.results.empty()) {
    throw ConfigError("no result", "mcost report",
                      "name files that `mcost run --format json --output RUN.json` wrote");
  }
  if (options.results.size() > kMostResults) {
    throw ConfigError(fmt::format("{} results", options.results.size()), "mcost report",
                      fmt::format("compare at most {} at a time", kMostResults));
  }
  if (options.html.empty()) {
    throw ConfigError("no file for the page", "mcost report", "add --html OUT.html");
  }
  for (const std::string& result : options.results) {
    std::error_code none;
    if (!fs::equivalent(result, options.html, none)) continue;
    throw ConfigError("the page would replace the result " + result, "--html", "name another file");
  }
}

int run_report(const ReportOptions& options) {
  check(options);
  std::vector<analysis::PageEntry> entries;
  for (const std::string& file : options.results) {
    entries.push_back({fs::path(file).filename().string(), read_result(file, "mcost report")});
  }
  OutputFile page(options.html, "--html");
  page.write(analysis::html_page(std::move(entries)));
  return kOk;
}

}  // namespace

void add_report(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* const command = program.add_subcommand(
      "report", "Write one HTML page with the pictures of a result, or of several to compare");
  command
      ->add_option("results", options->results,
                   "JSON reports of mcost run; several are compared, with the first as the measure")
      ->type_name("RUN.json");
  command->add_option("--html", options->html, "the page: one file, for any browser, offline")
      ->type_name("OUT.html");
  command->callback([options, &action] { action = [options] { return run_report(*options); }; });
}

}  // namespace mcost::cli
