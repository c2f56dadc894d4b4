#include "cli/run_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "analysis/reports/layer_table.h"
#include "analysis/sums.h"
#include "boards/energy_model.h"
#include "boards/spec_reader.h"
#include "boards/suggestions.h"
#include "cli/function_filter.h"
#include "cli/layer_map.h"
#include "cli/map_layers.h"
#include "cli/placement_option.h"
#include "cli/probe_layers.h"
#include "cli/probe_scopes.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

/// Visits of layers whose times are kept; further ones are only counted.
constexpr std::size_t kMostVisits = 100'000;

boards::MachineOptions machine_options(const RunOptions& options, const SessionIo& io,
                                       const loader::Image& image,
                                       const loader::SymbolTable& symbols) {
  boards::MachineOptions machine;
  machine.seed = options.seed;
  if (!options.entry.empty()) machine.entry = resolve_address(options.entry, symbols, "--entry");
  machine.semihosting_arguments = options.args;
  machine.semihosting_root = options.semihosting_root;
  machine.sd_image = options.sd_image;
  for (const std::string& text : options.placements)
    machine.placements.push_back(read_placement(text, image, symbols));
  machine.console = io.console;
  return machine;
}

/// Errors: ConfigError for a name that is no UART of the board.
void check_uarts(const std::vector<UartOption>& options, const boards::BoardSpec& spec) {
  std::vector<std::string> names;
  for (const boards::PeripheralSpec& peripheral : spec.peripherals) {
    if (peripheral.type.starts_with("uart_")) names.push_back(peripheral.name);
  }
  for (const UartOption& option : options) {
    if (std::find(names.begin(), names.end(), option.name) != names.end()) continue;
    throw ConfigError(fmt::format("{} has no UART \"{}\"", spec.name, option.name),
                      "--uart " + option.text, boards::suggest(option.name, "UARTs", names));
  }
}

FunctionCode called_function(const loader::SymbolTable& symbols, const std::string& name) {
  FunctionCode function = find_function_code(symbols, name);
  if (!function.parts.empty()) return function;
  std::vector<std::string> names;
  for (const loader::Function& known : symbols.functions()) names.push_back(known.demangled);
  const std::string near = boards::nearest_name(name, names);
  throw ConfigError(fmt::format("the firmware has no function \"{}\"", name),
                    "--layers calls:" + name,
                    names.empty()  ? "it has no symbols"
                    : near.empty() ? "it may be inlined; name a function that calls the layers"
                                   : fmt::format("did you mean \"{}\"?", near));
}

/// NMI, PendSV, SysTick and the interrupts behind them come from outside the interrupted code. The
/// others are made by it: an SVC is a call, and a fault is its own.
bool is_interrupt(unsigned exception) {
  return exception == engine::kNmi || exception >= engine::kPendSv;
}

}  // namespace

/// Hears of hooked addresses and exceptions and passes them to the sources of layers and events.
class RunSession::Listener final : public engine::HookListener {
 public:
  Listener(EngineView& core, LayerLog& log) : core_(core), log_(log) {}
  void add(std::unique_ptr<LayerSource> source) { sources_.push_back(std::move(source)); }
  void start() {
    active_ = true;
    for (const auto& source : sources_) source->start(core_);
  }
  /// `serve` is called once, when the run comes to `address`.
  void once_at(Address address, std::function<void()> serve) {
    core_.hook(address);
    once_ = {address, std::move(serve)};
  }
  /// `serve` is called each time the run comes to `address`. One address at most.
  void at(Address address, std::function<void()> serve) {
    core_.hook(address);
    each_ = {address, std::move(serve)};
  }
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    for (const auto& source : sources_) {
      for (std::string& note : source->notes()) notes.push_back(std::move(note));
    }
    return notes;
  }
  void reached(Address pc, engine::Engine&) override {
    if (each_.serve && pc == each_.address) each_.serve();
    if (once_.serve && pc == once_.address) std::exchange(once_.serve, nullptr)();
    if (!active_) return;
    for (const auto& source : sources_) source->reached(pc, core_, log_);
  }
  void tell(RunController* controller) { controller_ = controller; }
  void exception_entered(unsigned number, engine::Engine&) override {
    if (finds_layers() && is_interrupt(number)) log_.enter_interrupt(number);
    if (controller_ != nullptr) controller_->exception_entered(is_interrupt(number));
  }
  void exception_returned(unsigned number, engine::Engine&) override {
    if (finds_layers()) {
      for (const auto& source : sources_) source->handler_returned(core_, log_);
      if (is_interrupt(number)) log_.leave_interrupt(number);
    }
    if (controller_ != nullptr) controller_->exception_returned();
  }

 private:
  [[nodiscard]] bool finds_layers() const { return active_ && !sources_.empty(); }

  EngineView& core_;
  LayerLog& log_;
  bool active_ = false;
  RunController* controller_ = nullptr;
  std::vector<std::unique_ptr<LayerSource>> sources_;
  struct Served {
    Address address = 0;
    std::function<void()> serve;
  };
  Served once_;
  Served each_;
};

RunSession::RunSession(RunOptions options, SessionIo io)
    : options_(std::move(options)),
      io_(std::move(io)),
      image_(loader::read_image(options_.firmware, options_.load_at)),
      symbols_(loader::SymbolTable::read(image_)),
      probes_(loader::read_probes(image_, symbols_)),
      places_(image_, symbols_) {
  keep_console();
  boards::BoardSpec spec = boards::read_board(options_.board, {}, options_.overrides);
  boards::MachineOptions machine = machine_options(options_, io_, image_, symbols_);
  check_uarts(options_.uarts, spec);
  if (options_.battery && !boards::knows_energy(spec)) {
    throw ConfigError(fmt::format("{} has no energy data, so no lifetime", spec.name), "--battery",
                      "choose a board with coefficients of energy: `mcost boards`");
  }
  machine.uarts = connect_uarts(options_.uarts, io_.console, io_.announce);
  for (const UartOption& option : options_.uarts) {
    if (option.target != "pty") continue;
    notes_.push_back(
        fmt::format("--uart {}: what comes from a terminal differs from run to run", option.text));
  }
  machine.place_name = [this](Address pc) {
    return analysis::place_text(places_.place_with_line(pc));
  };
  machine_ = std::make_unique<boards::Machine>(std::move(spec), std::move(machine));
  for (std::string& note : machine_->load(image_)) notes_.push_back(std::move(note));
  if (!options_.until.empty()) {
    until_ = resolve_address(options_.until, symbols_, "--until") & ~Address{1};
    check_code_address(*until_, "--until " + options_.until);
  }
  const loader::Symbol* const main = symbols_.find_symbol("main");
  if (main != nullptr && symbols_.is_code(main->address)) main_ = main->address;
  view_ = std::make_unique<EngineView>(machine_->engine());
  log_ = std::make_unique<LayerLog>(tracker_, *view_);
  if (options_.measured_from_start) start_recording();
  listener_ = std::make_unique<Listener>(*view_, *log_);
  if (options_.profile) tracker_.record_visits(kMostVisits);
  choose_layers();
  read_inputs();
  open_dumps();
}

RunSession::~RunSession() = default;

/// What the firmware prints passes by here, and its beginning stays for the report.
void RunSession::keep_console() {
  io_.console = [this, shown = std::move(io_.console)](const std::string& text, bool error) {
    const std::size_t room = ConsoleText::kMostBytes - console_.text.size();
    console_.truncated |= text.size() > room;
    console_.text.append(text, 0, room);
    if (shown) shown(text, error);
  };
}

void RunSession::start_recording() {
  measuring_ = true;
  if (options_.memory_use)
    memory_use_ = std::make_unique<MemoryUseLog>(machine_->engine(), image_, symbols_);
  log_->measure(memory_use_.get());
  if (options_.profile)
    profile_ = std::make_unique<ProfileBuilder>(machine_->engine(), image_, symbols_);
}

void RunSession::start_measuring() {
  view_->start_counting();
  start_recording();
  listener_->start();
}

Hertz RunSession::clock() const { return machine_->clock(); }

std::unique_ptr<LayerSource> RunSession::probe_layers() const {
  return std::make_unique<ProbeLayers>(probes_, find_scoped_begins(image_, symbols_, probes_),
                                       symbols_);
}

void RunSession::choose_layers() {
  switch (options_.layer_mode) {
    case LayerMode::none: return;
    case LayerMode::probes:
      if (probes_.empty()) {
        throw ConfigError("the firmware has no probes", "--layers probes",
                          "use calls:FUNCTION or functions:REGEX, or add mcost.h to the firmware");
      }
      listener_->add(probe_layers());
      break;
    case LayerMode::automatic: listener_->add(probe_layers()); break;
    case LayerMode::calls: {
      FunctionCode function = called_function(symbols_, options_.layer_pattern);
      const auto sites = find_call_sites(image_, symbols_, function);
      if (sites.empty()) {
        throw ConfigError("the function makes no calls", "--layers calls:" + options_.layer_pattern,
                          "its callees may be inlined; name another function");
      }
      listener_->add(std::make_unique<CallLayers>(std::move(function), sites, symbols_));
      break;
    }
    case LayerMode::functions:
      listener_->add(std::make_unique<FunctionLayers>(matching_functions(
          symbols_, options_.layer_pattern, "--layers functions:" + options_.layer_pattern)));
      break;
    case LayerMode::map:
      listener_->add(std::make_unique<MapLayers>(
          read_layer_map(options_.layer_pattern, image_, symbols_), image_, symbols_));
      break;
  }
  auto events = std::make_unique<ProbeEvents>(probes_);
  events_ = events.get();
  listener_->add(std::move(events));
}

/// True in .data and .bss, which start-up code writes before main.
bool RunSession::initialised_by_startup(Address address) const {
  return std::any_of(image_.sections.begin(), image_.sections.end(), [&](const auto& section) {
    return section.contains(address) && section.writable &&
           (!section.loaded || section.load_address != section.address);
  });
}

void RunSession::read_inputs() {
  for (const InputFile& file : options_.inputs) {
    Input input;
    input.text = "--input " + file.text;
    input.address = resolve_address(file.where, symbols_, "--input");
    std::ifstream stream(file.file, std::ios::binary | std::ios::ate);
    const std::streamoff size = stream ? static_cast<std::streamoff>(stream.tellg()) : -1;
    if (size < 0 || std::filesystem::is_directory(file.file)) {
      throw ConfigError("the file cannot be read", input.text, "name a file that exists");
    }
    if (size > 0xFFFFFFFFll) {
      throw ConfigError("the file is larger than any memory", input.text, "give a smaller file");
    }
    input.bytes.resize(static_cast<std::size_t>(size));
    stream.seekg(0);
    stream.read(reinterpret_cast<char*>(input.bytes.data()), size);
    if (!stream) {
      throw ConfigError("the file cannot be read to its end", input.text, "check its disk");
    }
    const loader::Symbol* const object = symbols_.find_symbol(file.where);
    if (object != nullptr && object->size_bytes != 0 && input.bytes.size() > object->size_bytes) {
      throw ConfigError(fmt::format("the file has {} bytes, {} has room for {}", input.bytes.size(),
                                    file.where, object->size_bytes),
                        input.text, "give a smaller file, or an address");
    }
    input.at_main = main_ && initialised_by_startup(input.address);
    inputs_.push_back(std::move(input));
  }
  // Written now in any case, so that one that does not fit is found before the run.
  for (const Input& input : inputs_) {
    machine_->write_input(input.address, input.bytes, input.text);
  }
}

void RunSession::check_code_address(Address address, const std::string& where) const {
  const bus::Region* const region = machine_->engine().bus().find(address);
  if (region == nullptr || region->kind != bus::RegionKind::memory || !region->executable) {
    throw ConfigError(fmt::format("no code can be at 0x{:08X}", address), where,
                      "give a function, or an address in memory that code runs from");
  }
  if (image_.executable_section(address) == nullptr) return;  // code may come there in the run
  if (!symbols_.is_code(address)) {
    throw ConfigError(fmt::format("0x{:08X} is data between code", address), where,
                      "give the address of an instruction");
  }
  const auto before = instruction_around(image_, symbols_, address);
  if (before) {
    throw ConfigError(fmt::format("0x{:08X} is inside an instruction", address), where,
                      fmt::format("give its address, 0x{:08X}", *before));
  }
}

void RunSession::write_inputs_at_main() {
  waits_for_main_ = false;
  for (const Input& input : inputs_) {
    if (!input.at_main) continue;
    machine_->write_input(input.address, input.bytes, input.text);
    notes_.push_back(fmt::format(
        "--input at 0x{:08X}: written when main was reached, after start-up code", input.address));
  }
}

void RunSession::open_dumps() {
  for (const MemoryDump& dump : options_.dumps) {
    const Address address = resolve_address(dump.where, symbols_, "--dump-memory");
    const auto ranges = machine_->memory_ranges();  // by address
    const std::uint64_t end = std::uint64_t{address} + dump.length_bytes;
    std::uint64_t reached = address;
    for (const loader::MemoryRange& range : ranges) {
      if (range.base <= reached) reached = std::max(reached, range.base + range.size);
      if (reached >= end) break;
    }
    if (reached < end) {
      throw ConfigError(
          fmt::format("no memory has {} bytes at 0x{:08X}", dump.length_bytes, address),
          "--dump-memory " + dump.text, "`mcost boards NAME` shows where memories are");
    }
    dumps_.push_back({address, dump.length_bytes,
                      std::make_unique<OutputFile>(dump.file, "--dump-memory " + dump.text)});
  }
}

void RunSession::write_dumps() {
  std::optional<ConfigError> first;
  for (const Dump& dump : dumps_) {
    std::vector<std::uint8_t> bytes(dump.length_bytes);
    if (!machine_->engine().read_memory(dump.address, bytes.data(), bytes.size())) {
      throw InternalError("a range that was inside a memory cannot be read");
    }
    try {
      dump.file->write({bytes.begin(), bytes.end()});
    } catch (const ConfigError& error) {
      if (!first) first = error;
    }
  }
  if (first) throw ConfigError(*first);
}

void RunSession::watch(const WatchStart& start, engine::Observer& observer,
                       const std::string& where) {
  watch_start_ = start;
  watcher_ = &observer;
  if (!start.address) return;
  check_code_address(*start.address, where);
  engine::Engine& engine = machine_->engine();
  listener_->at(*start.address, [this, &engine] {
    if (watch_visits_ == watch_start_.visit) return;
    if (++watch_visits_ == watch_start_.visit) engine.observe(watcher_);
  });
}

/// A watch that begins at a cycle begins between two runs: the first one ends there.
engine::StopReason RunSession::run_watched(const engine::RunLimits& limits) {
  engine::Engine& engine = machine_->engine();
  if (watcher_ == nullptr || watch_start_.address) return engine.run(limits);
  if (watch_start_.cycle >= limits.max_cycles) return engine.run(limits);
  engine::RunLimits before = limits;
  before.max_cycles = watch_start_.cycle;
  const engine::StopReason stop = engine.run(before);
  if (stop != engine::StopReason::cycle_limit) return stop;
  engine.observe(watcher_);
  return engine.run(limits);
}

/// A run that is halted and given up has no reason to have ended.
engine::StopReason RunSession::run_controlled(const engine::RunLimits& limits) {
  listener_->tell(controller_);
  if (!controller_->begin()) return engine::StopReason::halted;
  for (;;) {
    const engine::StopReason stop = machine_->engine().run(limits);
    if (stop != engine::StopReason::halted || !controller_->halted()) return stop;
  }
}

engine::StopReason RunSession::execute() {
  engine::Engine& engine = machine_->engine();
  engine.set_listener(listener_.get());
  if (options_.measured_from_start) listener_->start();
  engine::RunLimits limits;
  if (options_.max_cycles) limits.max_cycles = *options_.max_cycles;
  limits.keep_going = io_.keep_going;
  limits.until = until_;
  waits_for_main_ =
      std::any_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.at_main; });
  if (waits_for_main_) listener_->once_at(*main_, [this] { write_inputs_at_main(); });
  const engine::StopReason stop =
      controller_ != nullptr ? run_controlled(limits) : run_watched(limits);
  if (waits_for_main_ && stop == engine::StopReason::until && engine.pc() == *main_) {
    write_inputs_at_main();
  }
  if (waits_for_main_) {
    notes_.emplace_back("main was not reached: --input was written before the run only");
  }
  if (until_ && stop != engine::StopReason::until) {
    notes_.push_back(fmt::format("--until {}: 0x{:08X} was not reached", options_.until, *until_));
  }
  return stop;
}

RunResult RunSession::run() { return result_of(execute()); }

std::optional<RunResult> RunSession::run(RunController& controller) {
  controller_ = &controller;
  const engine::StopReason stop = execute();
  const bool is_over =
      stop == engine::StopReason::halted ? controller.finished() : controller.ended(stop);
  if (!is_over) return std::nullopt;
  return result_of(stop);
}

RunResult RunSession::result_of(engine::StopReason stop) {
  RunResult result;
  describe_run(result, stop);
  describe_energy(result);
  if (profile_) profile_->build(result, tracker_.indices());
  require_sums(result);
  return result;
}

void require_sums(const RunResult& result) {
  const std::vector<std::string> broken = analysis::broken_sums(result);
  if (broken.empty()) return;
  std::string text = "the result does not add up";
  for (const std::string& line : broken) text += "; " + line;
  throw InternalError(text);
}

/// Settled costs, by layer, and what is needed to read them. `tracker` is finished.
void RunSession::describe_costs(RunResult& result, analysis::LayerTracker& tracker) {
  const Cycles now = view_->now();
  result.layers = tracker.finish(now);
  result.total = view_->total();
  if (result.total.counters.cycles != now) {
    throw InternalError(
        fmt::format("the clock shows {} cycles, the ledger {}", now, result.total.counters.cycles));
  }
  result.memories = machine_->memory_names();
  result.initiators = machine_->engine().bus().interconnect.names();
  result.model_counters = view_->model_counters();
  // Layers without cost have empty lists of model counters.
  for (LayerResult& layer : result.layers) {
    layer.exclusive.model.resize(result.model_counters.size());
    layer.inclusive.model.resize(result.model_counters.size());
  }
}

/// Cost up to now may be booked at any time: it goes to the layer that is open.
RunResult RunSession::so_far() {
  log_->settle();
  analysis::LayerTracker tracker = tracker_;
  RunResult result;
  describe_costs(result, tracker);
  result.clock = clock();
  if (const auto clocks = machine_->clocks(); clocks.size() > 1) result.clocks = clocks;
  return result;
}

/// The part of the result that is the ledger.
void RunSession::describe_run(RunResult& result, engine::StopReason stop) {
  log_->settle();
  if (memory_use_) memory_use_->end(tracker_.innermost(), view_->now());
  describe_costs(result, tracker_);
  describe_timeline(result);
  describe_dma(result);
  if (options_.profile) result.visits = tracker_.visits();
  if (memory_use_) memory_use_->show(result, tracker_.indices());
  describe_board(result);
  describe_exit(result, stop);
  describe_accesses(result);
  source_notes_ = listener_->notes();
  describe_notes(result);
  if (options_.stats) describe_statistics(result);
}

}  // namespace mcost::cli
