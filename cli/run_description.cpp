// The parts of RunSession that turn a machine after its run into words and lists.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/energy.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"
#include "boards/energy_model.h"
#include "boards/spec_reader.h"
#include "cli/backtrace.h"
#include "cli/fault_advice.h"
#include "cli/given_options.h"
#include "cli/run_session.h"
#include "loader/memory_fit.h"
#include "loader/sha256.h"

namespace mcost::cli {
namespace {

ExitReason reason_of(engine::StopReason stop) {
  switch (stop) {
    case engine::StopReason::exited: return ExitReason::exited;
    case engine::StopReason::idle: return ExitReason::idle;
    case engine::StopReason::until: return ExitReason::until;
    case engine::StopReason::cycle_limit: return ExitReason::cycle_limit;
    case engine::StopReason::time_limit: return ExitReason::time_limit;
    case engine::StopReason::lockup: return ExitReason::lockup;
    case engine::StopReason::fault: return ExitReason::fault;
    case engine::StopReason::halted: return ExitReason::returned;  // its controller ended it
    case engine::StopReason::none: break;
  }
  throw InternalError("the run ended without a reason");
}

const char* name_of(engine::FaultKind kind) {
  switch (kind) {
    case engine::FaultKind::undefined_instruction: return "undefined_instruction";
    case engine::FaultKind::invalid_state: return "invalid_state";
    case engine::FaultKind::invalid_pc_load: return "invalid_pc_load";
    case engine::FaultKind::no_coprocessor: return "no_coprocessor";
    case engine::FaultKind::stack_limit: return "stack_limit";
    case engine::FaultKind::unaligned: return "unaligned";
    case engine::FaultKind::divide_by_zero: return "divide_by_zero";
    case engine::FaultKind::bus_instruction: return "bus_instruction";
    case engine::FaultKind::bus_data_precise: return "bus_data_precise";
    case engine::FaultKind::bus_data_imprecise: return "bus_data_imprecise";
    case engine::FaultKind::bus_unstacking: return "bus_unstacking";
    case engine::FaultKind::bus_stacking: return "bus_stacking";
    case engine::FaultKind::bus_lazy_fp: return "bus_lazy_fp";
    case engine::FaultKind::memory_instruction: return "memory_instruction";
    case engine::FaultKind::memory_data: return "memory_data";
    case engine::FaultKind::memory_unstacking: return "memory_unstacking";
    case engine::FaultKind::memory_stacking: return "memory_stacking";
    case engine::FaultKind::memory_lazy_fp: return "memory_lazy_fp";
    case engine::FaultKind::vector_table: return "vector_table";
    case engine::FaultKind::breakpoint: return "breakpoint";
  }
  return "unknown";
}

bool has_data_address(engine::FaultKind kind) {
  switch (kind) {
    case engine::FaultKind::unaligned:
    case engine::FaultKind::stack_limit:
    case engine::FaultKind::bus_data_precise:
    case engine::FaultKind::bus_data_imprecise:
    case engine::FaultKind::bus_stacking:
    case engine::FaultKind::bus_lazy_fp:
    case engine::FaultKind::memory_data:
    case engine::FaultKind::memory_stacking:
    case engine::FaultKind::memory_lazy_fp:
    case engine::FaultKind::vector_table: return true;
    default: return false;
  }
}

/// Source: Arm "Semihosting for AArch32 and AArch64", section 6.
std::string operation_name(unsigned operation) {
  struct Named {
    unsigned operation;
    const char* name;
  };
  constexpr std::array<Named, 23> kNames{{
      {0x01, "SYS_OPEN"},          {0x02, "SYS_CLOSE"},    {0x03, "SYS_WRITEC"},
      {0x04, "SYS_WRITE0"},        {0x05, "SYS_WRITE"},    {0x06, "SYS_READ"},
      {0x07, "SYS_READC"},         {0x08, "SYS_ISERROR"},  {0x09, "SYS_ISTTY"},
      {0x0A, "SYS_SEEK"},          {0x0C, "SYS_FLEN"},     {0x0D, "SYS_TMPNAM"},
      {0x0E, "SYS_REMOVE"},        {0x0F, "SYS_RENAME"},   {0x10, "SYS_CLOCK"},
      {0x11, "SYS_TIME"},          {0x12, "SYS_SYSTEM"},   {0x13, "SYS_ERRNO"},
      {0x15, "SYS_GET_CMDLINE"},   {0x16, "SYS_HEAPINFO"}, {0x18, "SYS_EXIT"},
      {0x20, "SYS_EXIT_EXTENDED"}, {0x30, "SYS_ELAPSED"},
  }};
  for (const Named& entry : kNames) {
    if (entry.operation == operation) return entry.name;
  }
  return operation == 0x31 ? "SYS_TICKFREQ" : "unknown";
}

/// True if a value of the board can have changed this run's numbers: it belongs to the clock or to
/// the timing of a memory that was used.
bool mattered(const std::string& path, const RunResult& result, const std::string& clock_path) {
  if (path == clock_path) return true;
  for (const char* const irrelevant : {".size_kib", ".fill", ".kind", ".wait_state_limits_hz"}) {
    if (path.ends_with(irrelevant)) return false;
  }
  if (path.find(".words.") != std::string::npos) return false;
  if (path.find(".energy.") != std::string::npos) return false;  // terms name their sources
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const bool is_used = analysis::used(result.total.counters.traffic[m]) ||
                         analysis::memory_wait(result.total.counters, m) != 0;
    if (is_used && path.starts_with("memories." + result.memories[m] + ".")) return true;
  }
  return false;
}

/// The limit may have cut a character of UTF-8 in two.
ConsoleText whole_characters(ConsoleText console) {
  if (!console.truncated) return console;
  std::string& text = console.text;
  for (std::size_t behind = 1; behind <= 3 && behind <= text.size(); ++behind) {
    const auto byte = static_cast<unsigned char>(text[text.size() - behind]);
    if ((byte & 0xC0u) == 0x80u) continue;  // goes on from the byte before
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    if (length > behind) text.erase(text.size() - behind);
    break;
  }
  return console;
}

/// By index of the machine's memories.
std::vector<ImageBytes> image_bytes(const loader::Image& image, const boards::Machine& machine) {
  const std::vector<std::string> names = machine.memory_names();
  std::vector<ImageBytes> list(names.size());
  for (const loader::MemoryNeed& need : loader::memory_needs(image, machine.memory_ranges())) {
    const auto found = std::find(names.begin(), names.end(), need.memory);
    if (found == names.end()) throw InternalError("a range is of no memory: " + need.memory);
    list[static_cast<std::size_t>(found - names.begin())] = {need.loaded_bytes,
                                                             need.reserved_bytes};
  }
  return list;
}

}  // namespace

void RunSession::describe_board(RunResult& result) {
  const boards::BoardSpec& spec = machine_->spec();
  result.tool_version = MCOST_VERSION;
  result.clock = clock();
  if (const auto clocks = machine_->clocks(); clocks.size() > 1) result.clocks = clocks;
  result.image = {image_.name, image_.sha256, image_bytes(image_, *machine_)};
  result.console = whole_characters(console_);
  result.board = {spec.name, spec.title, std::string(boards::name_of(spec.core.model)),
                  boards::resolved_yaml(spec)};
  std::vector<std::string> digests;
  for (const Input& input : inputs_) digests.push_back(loader::sha256_hex(input.bytes));
  result.options = given_options(options_, digests);
  const bool from_reset = spec.start == boards::StartState::reset;
  const std::string clock_path = from_reset ? "reset.clock_hz" : "clock.rated_hz";
  for (const boards::SourcedValue& value : boards::sources(spec)) {
    const boards::Source& source = value.source;
    const bool from_document = source.kind == boards::SourceKind::datasheet;
    const bool vouched = from_document && source.verified;
    if (vouched || !mattered(value.path, result, clock_path)) continue;
    result.assumptions.push_back({value.path, value.value,
                                  std::string(boards::name_of(source.kind)), !from_document,
                                  source.ref});
  }
}

void RunSession::describe_energy(RunResult& result) {
  if (!boards::knows_energy(machine_->spec())) {
    result.energy_absent = "board has no energy data";
  } else {
    result.energy = boards::energy_model(machine_->spec(), result);
    analysis::add_energy(result);
  }
  if (options_.battery)
    result.lifetime = analysis::lifetime_of(result, *options_.battery, options_.period_ns);
}

/// How the run ended, as far as that is known without a look at memory.
RunExit RunSession::exit_of(engine::StopReason stop) {
  engine::Engine& engine = machine_->engine();
  RunExit exit;
  exit.reason = reason_of(stop);
  if (exit.reason == ExitReason::exited) exit.code = engine.exit_code();
  exit.place = places_.place_with_line(engine.pc());
  if (const auto& record = engine.first_fault()) {
    FaultDetails fault;
    fault.kind = name_of(record->fault.kind);
    fault.exception = record->exception;
    if (has_data_address(record->fault.kind)) fault.data_address = record->fault.address;
    fault.write = record->fault.write;
    fault.place = places_.place_with_line(record->pc);
    exit.fault = std::move(fault);
  }
  return exit;
}

void RunSession::describe_exit(RunResult& result, engine::StopReason stop) {
  engine::Engine& engine = machine_->engine();
  RunExit& exit = result.exit;
  exit = exit_of(stop);
  result.partial = exit.reason == ExitReason::time_limit;
  std::array<std::uint32_t, 16> registers = engine.core().r;
  registers[15] = engine.pc();
  if (const auto& record = engine.first_fault()) {
    exit.advice = fault_advice(*record, engine.exceptions(), *view_, machine_->memory_ranges(),
                               machine_->placed());
    registers = record->registers;
    registers[15] = record->pc;
  }
  const bool ended_itself = exit.reason == ExitReason::exited || exit.reason == ExitReason::idle ||
                            exit.reason == ExitReason::until || exit.reason == ExitReason::returned;
  if (ended_itself && !exit.fault) return;
  exit.backtrace = backtrace(places_, registers, *view_);
}

std::string RunSession::describe_end(engine::StopReason stop) {
  return analysis::exit_sentence(exit_of(stop));
}

void RunSession::describe_accesses(RunResult& result) {
  for (const boards::UnmodelledAccess& access : machine_->unmodelled()) {
    UnmodelledRegister entry;
    entry.address = access.address;
    entry.peripheral = access.peripheral;
    entry.reads = access.reads;
    entry.writes = access.writes;
    entry.first = places_.place_with_line(access.first_pc);
    entry.rule = access.rule;
    result.unmodelled.push_back(std::move(entry));
  }
  for (const auto& [operation, calls] : machine_->semihosting_calls()) {
    result.semihosting.push_back({operation, operation_name(operation), calls});
  }
}

/// What the architecture leaves open and this firmware did.
void RunSession::describe_irregular(RunResult& result) {
  constexpr std::size_t kShown = 20;
  const engine::Engine& engine = machine_->engine();
  if (engine.never_written_reads() != 0) {
    const Address pc = engine.first_never_written_read().value_or(0);
    result.notes.push_back(fmt::format("RAM was read before it was written, {}: first at {}",
                                       analysis::times(engine.never_written_reads()),
                                       analysis::place_text(places_.place_with_line(pc))));
  }
  std::vector<std::pair<Address, std::uint64_t>> unpredictable(engine.unpredictable().begin(),
                                                               engine.unpredictable().end());
  std::sort(unpredictable.begin(), unpredictable.end());
  for (std::size_t i = 0; i < unpredictable.size() && i < kShown; ++i) {
    const auto& [pc, count] = unpredictable[i];
    result.notes.push_back(fmt::format("UNPREDICTABLE instruction at {}, executed {}",
                                       analysis::place_text(places_.place_with_line(pc)),
                                       analysis::times(count)));
  }
  if (unpredictable.size() > kShown) {
    result.notes.push_back(fmt::format("UNPREDICTABLE instructions at {} more addresses",
                                       unpredictable.size() - kShown));
  }
}

/// Events of probes and what the firmware shows of itself, by cycle.
void RunSession::describe_timeline(RunResult& result) {
  if (events_ != nullptr) result.timeline = events_->events();
  for (const boards::Signal& signal : machine_->signals().signals()) {
    if (signal.cycle < view_->begin()) continue;  // before anything was measured
    TimelineEvent event;
    event.cycle = signal.cycle - view_->begin();
    event.name = signal.name;
    const bool has_value = signal.kind != boards::SignalKind::itm_text;
    if (has_value) event.values.push_back(EventValue{false, signal.value});
    switch (signal.kind) {
      case boards::SignalKind::gpio: event.kind = "gpio"; break;
      case boards::SignalKind::cycle_read:
        event.kind = "cyccnt";
        event.name = analysis::place_text(places_.place(signal.pc));
        break;
      case boards::SignalKind::itm_text:
      case boards::SignalKind::itm_value:
        event.kind = "itm";
        event.provider = fmt::format("port{}", signal.port);
        break;
    }
    result.timeline.push_back(std::move(event));
  }
  std::stable_sort(
      result.timeline.begin(), result.timeline.end(),
      [](const TimelineEvent& a, const TimelineEvent& b) { return a.cycle < b.cycle; });
}

void RunSession::describe_dma(RunResult& result) {
  engine::Engine& engine = machine_->engine();
  engine.bus().interconnect.advance_to(engine.now());
  result.dma = machine_->dma_log().transfers(engine.now());
  const auto name_at = [&](Address address) {
    for (const boards::PeripheralSpec& entry : machine_->spec().peripherals) {
      if (address - entry.base < entry.size_bytes) return entry.name;
    }
    const bus::Region* const region = engine.bus().find(address);
    return region == nullptr ? std::string("(nothing)") : result.memories.at(region->memory);
  };
  for (DmaTransfer& transfer : result.dma.list) {
    transfer.source = name_at(transfer.from);
    transfer.destination = name_at(transfer.to);
  }
}

void RunSession::describe_notes(RunResult& result) {
  result.notes = notes_;
  for (const std::string& path : machine_->spec().pinned) {
    // How the board starts is nothing that firmware could change.
    result.notes.push_back(path == "start"
                               ? std::string("start is overridden")
                               : fmt::format("{} is overridden: firmware cannot change it", path));
  }
  for (const std::string& note : machine_->notes()) result.notes.push_back(note);
  for (const std::string& note : tracker_.notes()) result.notes.push_back(note);
  for (const std::string& note : source_notes_) result.notes.push_back(note);
  const auto dropped = [&result](std::uint64_t count, const char* what) {
    if (count == 0) return;
    result.notes.push_back(fmt::format("{} further {} are not on the timeline", count, what));
  };
  if (events_ != nullptr) dropped(events_->dropped(), "events");
  const boards::SignalLog& signals = machine_->signals();
  dropped(signals.dropped_stimulus(), "entries of ITM");
  dropped(signals.dropped_edges(), "edges of pins");
  dropped(signals.dropped_cycle_reads(), "reads of CYCCNT");
  dropped(result.dma.dropped, "DMA transfers");
  describe_irregular(result);
  if (result.partial) {
    result.notes.emplace_back("stopped by --timeout: where it stopped differs from host to host");
  }
}

void RunSession::describe_statistics(RunResult& result) {
  const engine::EngineStatistics& statistics = machine_->engine().statistics();
  result.statistics = {{"blocks_built", statistics.blocks_built},
                       {"blocks_dropped", statistics.blocks_dropped},
                       {"variants_built", statistics.variants_built},
                       {"memoised_visits", statistics.memoised_visits},
                       {"replayed_visits", statistics.replayed_visits},
                       {"capped_visits", statistics.capped_visits},
                       {"timing_states", statistics.timing_states}};
}

}  // namespace mcost::cli
