// mcost call: lets a firmware boot, calls one function and reports what that cost and returned.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"
#include "boards/suggestions.h"
#include "cli/attended_run.h"
#include "cli/command.h"
#include "cli/function_call.h"
#include "cli/options.h"

namespace mcost::cli {
namespace {

struct CallOptions {
  RawOptions run;
  std::string function;
  std::vector<std::string> positional;
  std::vector<std::string> arguments;
  std::string returns;
  std::string at;
  std::string after;
  std::vector<std::string> init;
  std::string repeat;
  std::string warmup;
  std::string buffer_at;
};

constexpr std::uint64_t kMostCalls = 1'000'000'000;

std::uint64_t read_count(const std::string& text, const char* option, std::uint64_t least,
                         std::uint64_t otherwise) {
  if (text.empty()) return otherwise;
  const auto value = parse_integer(text);
  if (value && *value >= least && *value <= kMostCalls) return *value;
  throw ConfigError(fmt::format("\"{}\" is no number of calls", text), option,
                    fmt::format("write a number from {} to {}", least, kMostCalls));
}

/// A function by name (linkage or demangled) or address.
NamedAddress function_at(const std::string& text, const std::string& where, RunSession& session) {
  const loader::SymbolTable& symbols = session.symbols();
  const loader::Symbol* const symbol = symbols.find_symbol(text);
  if (symbol == nullptr && !parse_integer(text)) {
    std::vector<std::string> names;
    for (const loader::Function& known : symbols.functions()) names.push_back(known.demangled);
    const std::string near = boards::nearest_name(text, names);
    throw ConfigError(fmt::format("the firmware has no symbol \"{}\"", text), where,
                      names.empty()  ? "it has no symbols: give an address"
                      : near.empty() ? "it may be inlined, or left out by the linker; name another"
                                     : fmt::format("did you mean \"{}\"?", near));
  }
  const Address address = resolve_address(text, symbols, where) & ~Address{1};
  session.check_code_address(address, where + " " + text);
  const loader::Function* const function = symbols.find_function(address);
  const bool is_start = function != nullptr && function->address == address;
  return {is_start ? analysis::printable(function->demangled) : text, address};
}

void choose_boot(const CallOptions& options, RunSession& session, CallPlan& plan) {
  if (!options.at.empty() && !options.after.empty())
    throw ConfigError("given together with --at", "--after", "give one of them");
  if (!options.after.empty()) {
    plan.boot = function_at(options.after, "--after", session);
    const loader::Function* const function = session.symbols().find_function(plan.boot.address);
    plan.boot_returns = function == nullptr || function->address == plan.boot.address;
    return;
  }
  if (options.at.empty() && session.symbols().find_symbol("main") == nullptr) {
    throw ConfigError("the firmware has no symbol \"main\" to boot to", "mcost call",
                      "say where it is ready with --at SYMBOL|ADDR or --after FUNCTION");
  }
  plan.boot = function_at(options.at.empty() ? "main" : options.at, "--at", session);
}

CallPlan make_plan(const CallOptions& options, RunSession& session) {
  if (!options.positional.empty() && !options.arguments.empty()) {
    throw ConfigError("arguments behind the function and with --arg", "mcost call",
                      "give all of them one way: their order counts");
  }
  CallPlan plan;
  choose_boot(options, session, plan);
  plan.function = function_at(options.function, "mcost call", session);
  for (const std::string& name : options.init)
    plan.init.push_back(function_at(name, "--init", session));
  plan.repeat = read_count(options.repeat, "--repeat", 1, 1);
  plan.warmup = read_count(options.warmup, "--warmup", 0, 0);
  plan.buffer_at = options.buffer_at;
  const auto& texts = options.positional.empty() ? options.arguments : options.positional;
  for (const std::string& text : texts) plan.written.push_back(read_call_argument(text));
  const auto type =
      loader::read_function_type(session.image(), session.symbols(), plan.function.address);
  const loader::FunctionType* const known = type ? &*type : nullptr;
  plan.arguments = typed_arguments(plan.written, known, session.symbols(), plan.function.name);
  const bool variadic = type && type->variadic;
  plan.hard_float = session.image().attributes.vfp_args.value_or(0) == 1 && !variadic;
  plan.returns = options.returns.empty() ? declared_return_type(known, plan.function.name)
                                         : std::optional(read_return_type(options.returns));
  return plan;
}

std::vector<std::unique_ptr<OutputFile>> open_outputs(const CallPlan& plan) {
  std::vector<std::unique_ptr<OutputFile>> files;
  for (const WrittenArgument& written : plan.written) {
    files.push_back(
        written.output_file.empty()
            ? nullptr
            : std::make_unique<OutputFile>(written.output_file, "argument " + written.text));
  }
  return files;
}

int failed(const FunctionCall& call, const std::string& remedy) {
  fmt::print(stderr, "mcost: error: {}: {}\n", call.failure(), remedy);
  const std::uint32_t code = call.exit_code().value_or(0) & 0xFFu;
  return code != 0 ? static_cast<int>(code) : static_cast<int>(kFirmwareFailed);
}

std::string remedy_of(const RunExit& exit) {
  if (!exit.advice.empty()) return exit.advice;
  if (exit.fault) return "the report has a backtrace";
  switch (exit.reason) {
    case ExitReason::cycle_limit: return "raise --max-cycles, which counts from reset";
    case ExitReason::time_limit: return "raise --timeout";
    case ExitReason::exited: return "the report has the calls that did";
    default: return "the report has a backtrace";
  }
}

int run(const CallOptions& options) {
  RunOptions run_options = check_options(options.run);
  if (options.function.empty()) {
    throw ConfigError("no function", "command line",
                      "name one: mcost call FW.elf FUNCTION [ARGUMENT...] --board NAME");
  }
  run_options.measured_from_start = false;
  const auto* const format = analysis::find_report_format(run_options.format);
  const bool report_on_stdout = run_options.output.empty();
  OutputFile file(run_options.output, "--output " + run_options.output);
  AttendedRun attended(std::move(run_options));
  RunSession& session = attended.session();
  CallPlan plan = make_plan(options, session);
  const auto outputs = open_outputs(plan);
  FunctionCall call(session, std::move(plan));
  std::optional<RunResult> result = attended.run(call);
  if (!result) {
    return failed(call,
                  "`mcost run` shows what the firmware does; --at and --after choose where to "
                  "leave it");
  }
  result->call = call.result();
  if (call.finished()) {
    result->exit.place = session.places().place_with_line(call.result().address);
    for (std::string& note : call.notes()) result->notes.push_back(std::move(note));
  }
  file.write((report_on_stdout ? attended.separator() : "") + format->render(*result));
  session.write_dumps();
  if (!call.finished()) return failed(call, remedy_of(result->exit));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) continue;
    const std::vector<std::uint8_t> bytes = call.contents(i);
    outputs[i]->write({bytes.begin(), bytes.end()});
  }
  return kOk;
}

}  // namespace

void add_call(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<CallOptions>();
  CLI::App* const command =
      program.add_subcommand("call", "Call one function of a firmware and report what it costs");
  add_run_options(*command, options->run);
  for (const char* const name : {"--until", "--strict"})
    command->remove_option(command->get_option(name));
  command->add_option("function", options->function, "function to call, or its address")
      ->type_name("FUNCTION");
  command
      ->add_option("arguments", options->positional,
                   "its arguments: 42, -3, 0x10, i64:N, f32:1.5, &SYMBOL, buf:FILE (a copy of it "
                   "in RAM), inout:FILE=FILE (written back), out:BYTES=FILE, str:TEXT")
      ->type_name("ARGUMENT");
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    command->add_option(name, value, help)->type_name(type);
  };
  command->add_option("--arg", options->arguments, "one argument, written like those above")
      ->type_name("ARGUMENT")
      ->allow_extra_args(false);
  add("--returns", options->returns, "void|i32|u32|i64|u64|f32|f64|ptr|str",
      "what comes back (default: what debug data say, else R0 as it is)");
  add("--at", options->at, "SYMBOL|ADDR", "boot until this is reached (default main)");
  add("--after", options->after, "FUNCTION", "boot until this function has returned");
  command
      ->add_option("--init", options->init,
                   "call this function without arguments first, unmeasured")
      ->type_name("FUNCTION")
      ->allow_extra_args(false);
  add("--warmup", options->warmup, "N", "call that often first, unmeasured (default 0)");
  add("--repeat", options->repeat, "N", "call that often (default 1); the first is cold");
  add("--buffer-at", options->buffer_at, "MEMORY|SYMBOL|ADDR",
      "put buffers there (default: on the stack, else in free RAM)");
  command->footer(
      "The report is of the calls alone; boot, --init and --warmup are not in it. Exit status: 0 "
      "the "
      "function returned;\n1 it did not, or the firmware did not come to the call; 2 bad input; "
      "else "
      "the exit code of a firmware that\nended itself.");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace mcost::cli
