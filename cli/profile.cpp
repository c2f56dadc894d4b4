// mcost profile: shows where the cost of a run comes from, by function, line, instruction, call
// path or layer, and writes it for other tools. The run is made, or read from a JSON report.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

#include "analysis/reports/bounds_text.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_exports.h"
#include "analysis/reports/profile_text.h"
#include "analysis/reports/registry.h"
#include "boards/suggestions.h"
#include "cli/attended_run.h"
#include "cli/command.h"
#include "cli/input_file.h"
#include "cli/result_options.h"
#include "cli/run_status.h"
#include "cli/source_files.h"
#include "loader/lines.h"

namespace mcost::cli {
namespace {

constexpr std::uint64_t kDefaultTop = 30;
/// A placement that makes a run longer than this is not followed to its end.
constexpr Cycles kMostSlowdown = 4;

struct ProfileOptions {
  RawOptions run;
  std::string by;
  std::string annotate;
  std::string top;
  std::string source_root;
  const CLI::App* command = nullptr;
};

/// What a format is made from.
enum class Needs : std::uint8_t { nothing, profile, visits };

/// What the options ask for, checked.
struct Request {
  std::string format;
  std::string by;
  std::string annotate;
  std::size_t top = kDefaultTop;
  std::shared_ptr<SourceFiles> sources;
  analysis::CoveredSource source;  // of the firmware, for coverage
  analysis::PlacementChoice placement;
};

struct View {
  const char* name;
  Needs needs;
  std::string (*render)(const RunResult&, const Request&);
};

analysis::SourceText source_text(const Request& request) {
  if (!request.sources) return {};
  return [files = request.sources](const std::string& file, unsigned line) {
    return files->line(file, line);
  };
}

constexpr std::array<View, 5> kViews{{
    {"function", Needs::profile,
     [](const RunResult& result, const Request& request) {
       return analysis::function_table(result, request.top);
     }},
    {"line", Needs::profile,
     [](const RunResult& result, const Request& request) {
       return analysis::line_table(result, request.top, source_text(request));
     }},
    {"instruction", Needs::profile,
     [](const RunResult& result, const Request& request) {
       return analysis::instruction_table(result, request.top);
     }},
    {"tree", Needs::profile,
     [](const RunResult& result, const Request& request) {
       return analysis::call_tree(result, request.top);
     }},
    {"layer", Needs::nothing,
     [](const RunResult& result, const Request& request) {
       return analysis::bounds_text(result, request.placement);
     }},
}};

struct Format {
  const char* name;
  Needs needs;
  std::string (*render)(const RunResult&, const Request&);
};

std::string text_of(const RunResult& result, const Request& request);

constexpr std::array<Format, 8> kFormats{{
    {"text", Needs::profile, &text_of},
    {"json", Needs::profile,
     [](const RunResult& result, const Request&) { return analysis::json_report(result); }},
    {"callgrind", Needs::profile,
     [](const RunResult& result, const Request&) { return analysis::profile_callgrind(result); }},
    {"collapsed", Needs::profile,
     [](const RunResult& result, const Request&) { return analysis::profile_collapsed(result); }},
    {"speedscope", Needs::profile,
     [](const RunResult& result, const Request&) { return analysis::profile_speedscope(result); }},
    {"perfetto", Needs::visits,
     [](const RunResult& result, const Request&) { return analysis::visits_perfetto(result); }},
    {"tflm-csv", Needs::visits,
     [](const RunResult& result, const Request&) { return analysis::visits_tflm_csv(result); }},
    {"lcov", Needs::profile,
     [](const RunResult& result, const Request& request) {
       return analysis::profile_lcov(result, request.source);
     }},
}};

template <class List>
std::vector<std::string> names_of(const List& list) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const auto& element : list) names.emplace_back(element.name);
  return names;
}

template <class List>
auto& find_named(const List& list, const std::string& name, const char* option, const char* label) {
  for (const auto& element : list) {
    if (name == element.name) return element;
  }
  throw ConfigError(fmt::format("unknown {} \"{}\"", option + 2, name), option,
                    boards::suggest(name, label, names_of(list)));
}

/// The function of that name or at that address. Errors: ConfigError if there is none, or several.
std::size_t find_function(const RunProfile& profile, const std::string& text) {
  const std::string where = "--annotate " + text;
  const auto address = parse_integer(text);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    const ProfileFunction& function = profile.functions[i];
    const bool holds = address && (*address == function.address ||
                                   *address - function.address < function.size_bytes);
    // "conv" is enough for "conv(int const*, int)".
    const bool short_name =
        function.name.starts_with(text) && function.name.substr(text.size()).starts_with("(");
    if (holds || function.name == text || short_name) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  if (!found.empty()) {
    std::string list;
    for (const std::size_t i : found) {
      list += fmt::format("{}0x{:08X}", list.empty() ? "" : ", ", profile.functions[i].address);
    }
    throw ConfigError(fmt::format("{} functions are called so", found.size()), where,
                      "give the address of one: " + list);
  }
  std::vector<std::string> names;
  for (const ProfileFunction& function : profile.functions)
    names.push_back(analysis::printable(function.name));
  const std::string near = address ? std::string() : boards::nearest_name(text, names);
  throw ConfigError("no such function was executed", where,
                    near.empty() ? "`--by function` lists those that were"
                                 : fmt::format("did you mean \"{}\"?", near));
}

std::string text_of(const RunResult& result, const Request& request) {
  std::string text = analysis::profile_header(result);
  if (!request.annotate.empty()) {
    text += analysis::annotated(result, find_function(*result.profile, request.annotate),
                                source_text(request));
  } else {
    text += find_named(kViews, request.by, "--by", "views").render(result, request);
  }
  return result.profile ? text + analysis::profile_footer(result) : text;
}

Request check_request(const ProfileOptions& options) {
  Request request;
  request.format = options.run.format;
  (void)find_named(kFormats, request.format, "--format", "formats");
  request.by = options.by.empty() ? kViews.front().name : options.by;
  (void)find_named(kViews, request.by, "--by", "views");
  request.annotate = options.annotate;
  const bool views = !options.by.empty() || !options.annotate.empty() || !options.top.empty();
  if (!options.by.empty() && !options.annotate.empty()) {
    throw ConfigError("two views", "--by and --annotate", "give one of them");
  }
  if (views && request.format != "text") {
    throw ConfigError("--by, --annotate and --top choose what the text shows",
                      "--format " + request.format, "leave them out, or use --format text");
  }
  if (!options.top.empty()) {
    const auto top = parse_integer(options.top);
    if (!top) {
      throw ConfigError(fmt::format("\"{}\" is no number it takes", options.top), "--top",
                        "write how many rows to show, 0 for all");
    }
    request.top = static_cast<std::size_t>(*top);
  }
  if (!options.source_root.empty())
    request.sources = std::make_shared<SourceFiles>(options.source_root);
  return request;
}

constexpr std::array<std::string_view, 6> kOfReports{"by",     "annotate", "top",
                                                     "format", "output",   "source-root"};

/// Lines and functions of the source that have code, for what was never executed.
analysis::CoveredSource covered_source(RunSession& session) {
  const loader::SymbolTable& symbols = session.symbols();
  const loader::LineTable table = loader::LineTable::read(session.image(), symbols);
  analysis::CoveredSource source;
  for (const loader::Section& section : session.image().sections) {
    if (!section.executable || !section.loaded) continue;
    for (std::uint64_t at = 0; at < section.size_bytes; at += 2) {
      const Address address = section.address + static_cast<Address>(at);
      const auto line = symbols.is_code(address) ? table.find(address) : std::nullopt;
      if (line && line->file != nullptr) source.lines.emplace_back(line->file->name, line->line);
    }
  }
  std::sort(source.lines.begin(), source.lines.end());
  source.lines.erase(std::unique(source.lines.begin(), source.lines.end()), source.lines.end());
  for (const loader::Function& function : symbols.functions()) {
    const auto line = table.find(function.address);
    if (!line || line->file == nullptr) continue;
    source.functions.push_back({analysis::printable(function.demangled), function.address,
                                function.size_bytes, line->file->name, line->line});
  }
  return source;
}

/// Memories that answer at once, the smallest first, and a way to try what a placement there does:
/// the run once more.
analysis::PlacementChoice placement_choice(RunSession& session, const RunResult& result,
                                           RunOptions options) {
  analysis::PlacementChoice choice;
  const auto& memories = session.machine().spec().memories;
  for (std::size_t m = 0; m < memories.size(); ++m) {
    const auto* const sram = std::get_if<boards::SramSpec>(&memories[m].timing);
    if (sram != nullptr && sram->wait_states == 0) choice.targets.push_back(m);
  }
  std::stable_sort(choice.targets.begin(), choice.targets.end(), [&](std::size_t a, std::size_t b) {
    return memories[a].size_bytes < memories[b].size_bytes;
  });
  options.dumps.clear();
  std::erase_if(options.uarts, [](const UartOption& uart) { return uart.target == "pty"; });
  options.max_cycles = std::min(options.max_cycles.value_or(~Cycles{0}),
                                kMostSlowdown * result.total.counters.cycles);
  options.memory_use = false;
  options.profile = false;
  options.stats = false;
  choice.cycles_with = [&result, options = std::move(options)](
                           const std::string& placement) -> std::optional<std::uint64_t> {
    RunOptions placed = options;
    placed.placements.push_back(placement);
    try {
      const RunResult again = AttendedRun(std::move(placed), AttendedRun::Firmware::silent).run();
      if (again.exit.reason != result.exit.reason || again.exit.code != result.exit.code)
        return std::nullopt;
      return again.total.counters.cycles;
    } catch (const InputError&) {
      return std::nullopt;
    }
  };
  return choice;
}

/// The report, from what there is.
std::string render(const RunResult& result, const Request& request, const std::string& file) {
  const Format& format = find_named(kFormats, request.format, "--format", "formats");
  const View& view = find_named(kViews, request.by, "--by", "views");
  const bool shows_view = request.format == "text" && request.annotate.empty();
  const Needs needs = shows_view ? view.needs : format.needs;
  if ((needs == Needs::profile && !result.profile) || (needs == Needs::visits && !result.visits)) {
    throw ConfigError("the run was not profiled", file,
                      "make it again: mcost run FW.elf --board NAME --profile --format json");
  }
  return format.render(result, request);
}

int profile_result(const ProfileOptions& options, const Request& request) {
  refuse_run_options(*options.command, options.run.firmware, kOfReports);
  OutputFile file(options.run.output, "--output " + options.run.output);
  const RunResult result = read_result(options.run.firmware, "mcost profile");
  if (request.format == "lcov") {
    fmt::print(stderr,
               "mcost: lines that were never executed are in the firmware alone: profile that for "
               "the coverage of all\n");
  }
  file.write(render(result, request, options.run.firmware));
  return kOk;
}

int profile_run(const ProfileOptions& options, Request request) {
  RawOptions raw = options.run;
  if (raw.format != "text") raw.format = "json";  // what matters is where the console goes
  RunOptions run_options = check_options(raw);
  run_options.profile = true;
  const bool strict = run_options.strict;
  const bool report_on_stdout = run_options.output.empty();
  OutputFile file(run_options.output, "--output " + run_options.output);
  const RunOptions again = run_options;
  AttendedRun attended(std::move(run_options));
  if (request.format == "lcov") request.source = covered_source(attended.session());
  const RunResult result = attended.run();
  request.placement = placement_choice(attended.session(), result, again);
  const std::string separator = report_on_stdout ? attended.separator() : "";
  file.write(separator + render(result, request, options.run.firmware));
  attended.session().write_dumps();
  tell_bad_exit(result);
  return status_of(result, strict);
}

int run(const ProfileOptions& options) {
  if (options.run.firmware.empty()) {
    throw ConfigError("no firmware", "command line",
                      "name an ELF file: mcost profile FW.elf --board NAME; or the JSON report of "
                      "a run with --profile");
  }
  Request request = check_request(options);
  if (is_result(options.run.firmware)) return profile_result(options, request);
  return profile_run(options, std::move(request));
}

template <class List>
std::string joined_names(const List& list) {
  std::string text;
  for (const auto& element : list) text += (text.empty() ? "" : "|") + std::string(element.name);
  return text;
}

}  // namespace

void add_profile(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<ProfileOptions>();
  CLI::App* const command = program.add_subcommand(
      "profile", "Show where the cost of a run comes from: functions, lines, instructions");
  add_run_options(*command, options->run);
  for (const char* const name : {"--profile", "--stats", "--battery", "--period"}) {
    command->remove_option(command->get_option(name));
  }
  command->get_option("firmware")
      ->description(
          "ELF file, .bin or .hex with --load-at, or the .json report of a run with "
          "--profile")
      ->type_name("FW|RUN.json");
  command->get_option("--format")
      ->description("text (default), json (the run with its profile), or that of another tool")
      ->type_name(joined_names(kFormats));
  const auto add = [&](const char* name, std::string& value, const std::string& type,
                       const char* help) {
    command->add_option(name, value, help)->type_name(type);
  };
  add("--by", options->by, joined_names(kViews), "what the text shows (default function)");
  add("--annotate", options->annotate, "FUNCTION|ADDR",
      "show this function instruction by instruction: cycles by cause, bytes by memory");
  add("--top", options->top, "N", "rows to show, 0 for all (default 30)");
  add("--source-root", options->source_root, "DIR", "show source lines of files below this folder");
  options->command = command;
  command->footer(
      "callgrind is for KCachegrind, collapsed for flamegraph.pl, speedscope for speedscope.app, "
      "perfetto for\nui.perfetto.dev; tflm-csv has a row for each visit of a layer, lcov is "
      "coverage for genhtml.\nExit status: as of mcost run.");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace mcost::cli
