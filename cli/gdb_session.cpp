#include "cli/gdb_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/gdb_memory.h"

namespace mcost::cli {
namespace {

constexpr unsigned kTrap = 5;  // signals, as GDB numbers them
constexpr std::size_t kMostBreakpoints = 4096;
constexpr std::size_t kMostWatchpoints = 256;
constexpr std::uint32_t kMostWatched = 1u << 20;  // bytes

// Types of Z packets.
constexpr unsigned kWriteWatch = 2;
constexpr unsigned kReadWatch = 3;
constexpr unsigned kAccessWatch = 4;

/// Where a debugger writes: bytes of a payload that fit in one packet.
constexpr std::size_t kMostRead = kMostPacketBytes / 2;

const char* name_of(const engine::Watchpoint& watchpoint) {
  if (!watchpoint.reads) return "watch";
  return watchpoint.writes ? "awatch" : "rwatch";
}

/// What of `text` a qXfer asks for.
std::string part_of(const std::string& text, std::size_t offset, std::size_t length) {
  if (offset >= text.size()) return "l";
  const bool last = length >= text.size() - offset;
  return (last ? "l" : "m") + text.substr(offset, length);
}

std::string stopped_by(unsigned signal) { return fmt::format("T{:02x}thread:1;", signal); }

}  // namespace

GdbSession::GdbSession(engine::Engine& engine,
                       std::function<std::string(const std::string&)> monitor)
    : engine_(engine), monitor_(std::move(monitor)), registers_(engine) {
  stopped(kTrap);
}

void GdbSession::begin_connection() {
  acknowledges_ = true;
  range_.reset();
}

std::string GdbSession::stopped(unsigned signal) {
  stop_reply_ = stopped_by(signal);
  met_.reset();
  const engine::Halt& halt = engine_.last_halt();
  if (halt.cause == engine::HaltCause::watchpoint) {
    met_ = halt.watchpoint;
    stop_reply_ += fmt::format("{}:{:x};", name_of(halt.watchpoint), halt.watchpoint.first);
  }
  range_.reset();
  return stop_reply_;
}

bool GdbSession::is_watched(const engine::Watchpoint& watchpoint) const {
  return std::find(watchpoints_.begin(), watchpoints_.end(), watchpoint) != watchpoints_.end();
}

bool GdbSession::goes_on_stepping() const {
  return range_ && engine_.last_halt().cause == engine::HaltCause::requested &&
         engine_.pc() >= range_->first && engine_.pc() < range_->second;
}

void GdbSession::clear_stops() {
  for (const auto& [pc, type] : breakpoints_) engine_.clear_breakpoint(pc);
  breakpoints_.clear();
  for (const engine::Watchpoint& watchpoint : watchpoints_) engine_.clear_watchpoint(watchpoint);
  watchpoints_.clear();
}

GdbAnswer GdbSession::handle(const std::string& packet) {
  // The first that fits is taken: longer names stand before shorter ones.
  static constexpr std::array<Command, 30> kCommands{{
      {"qSupported", &GdbSession::supported},
      {"QStartNoAckMode", &GdbSession::no_acknowledgements},
      {"qXfer:", &GdbSession::transfer},
      {"qAttached", &GdbSession::attached},
      {"qfThreadInfo", &GdbSession::first_threads},
      {"qsThreadInfo", &GdbSession::further_threads},
      {"qThreadExtraInfo,", &GdbSession::thread_info},
      {"qRcmd,", &GdbSession::monitor},
      {"qC", &GdbSession::current_thread},
      {"vCont?", &GdbSession::list_actions},
      {"vCont;", &GdbSession::go_as_listed},
      {"vKill", &GdbSession::kill_process},
      {"?", &GdbSession::why_halted},
      {"g", &GdbSession::read_registers},
      {"G", &GdbSession::write_registers},
      {"p", &GdbSession::read_register},
      {"P", &GdbSession::write_register},
      {"m", &GdbSession::read_memory},
      {"M", &GdbSession::write_memory_hex},
      {"X", &GdbSession::write_memory_binary},
      {"Z", &GdbSession::set_stop},
      {"z", &GdbSession::clear_stop},
      {"c", &GdbSession::resume},
      {"C", &GdbSession::resume_with_signal},
      {"s", &GdbSession::step},
      {"S", &GdbSession::step_with_signal},
      {"D", &GdbSession::detach},
      {"k", &GdbSession::kill},
      {"H", &GdbSession::select_thread},
      {"T", &GdbSession::thread_alive},
  }};
  for (const Command& command : kCommands) {
    if (!packet.starts_with(command.name)) continue;
    GdbFields fields(packet);
    static_cast<void>(fields.skip(command.name));
    return (this->*command.handle)(fields);
  }
  return say("");
}

GdbAnswer GdbSession::why_halted(GdbFields) { return say(stop_reply_); }

// ---- registers and memory

GdbAnswer GdbSession::read_registers(GdbFields) { return say(to_hex(registers_.read_all())); }

GdbAnswer GdbSession::write_registers(GdbFields fields) {
  const auto bytes = from_hex(fields.rest());
  return bytes && registers_.write_all(*bytes) ? ok() : error();
}

GdbAnswer GdbSession::read_register(GdbFields fields) {
  const auto number = fields.number();
  if (!number) return error();
  const auto bytes = registers_.read(*number);
  return bytes ? say(to_hex(*bytes)) : error();
}

GdbAnswer GdbSession::write_register(GdbFields fields) {
  const auto number = fields.number();
  if (!number || !fields.skip("=")) return error();
  const auto bytes = from_hex(fields.rest());
  return bytes && registers_.write(*number, *bytes) ? ok() : error();
}

GdbAnswer GdbSession::read_memory(GdbFields fields) {
  const auto address = fields.number();
  if (!address || !fields.skip(",")) return error();
  const auto length = fields.number();
  if (!length || !fields.at_end()) return error();
  const std::size_t size = std::min<std::size_t>(*length, kMostRead);
  const std::vector<std::uint8_t> bytes = gdb_read_memory(engine_, *address, size);
  return bytes.empty() && size != 0 ? error() : say(to_hex(bytes));
}

GdbAnswer GdbSession::write_memory_hex(GdbFields fields) { return write_memory(fields, false); }

GdbAnswer GdbSession::write_memory_binary(GdbFields fields) { return write_memory(fields, true); }

GdbAnswer GdbSession::write_memory(GdbFields& fields, bool binary) {
  const auto address = fields.number();
  if (!address || !fields.skip(",")) return error();
  const auto length = fields.number();
  if (!length || !fields.skip(":")) return error();
  const std::string_view data = fields.rest();
  const auto bytes =
      binary ? std::optional(std::vector<std::uint8_t>(data.begin(), data.end())) : from_hex(data);
  if (!bytes || bytes->size() != *length) return error();
  return engine_.poke_memory(*address, bytes->data(), bytes->size()) ? ok() : error();
}

// ---- breakpoints and watchpoints

GdbAnswer GdbSession::set_stop(GdbFields fields) { return change_stop(fields, true); }

GdbAnswer GdbSession::clear_stop(GdbFields fields) { return change_stop(fields, false); }

GdbAnswer GdbSession::change_stop(GdbFields fields, bool set) {
  const auto type = fields.number();
  if (!type || !fields.skip(",")) return error();
  const auto address = fields.number();
  if (!address || !fields.skip(",")) return error();
  const auto kind = fields.number();
  if (!kind || !fields.at_end()) return error();
  if (*type > kAccessWatch) return say("");
  if (*type < kWriteWatch) return change_breakpoint(*address & ~Address{1}, *type, set);
  if (*kind == 0 || *kind > kMostWatched || *address + (*kind - 1) < *address) return error();
  return change_watchpoint({.first = *address,
                            .last = *address + (*kind - 1),
                            .reads = *type != kWriteWatch,
                            .writes = *type != kReadWatch},
                           set);
}

GdbAnswer GdbSession::change_breakpoint(Address pc, unsigned type, bool set) {
  if (set) {
    if (breakpoints_.size() >= kMostBreakpoints) return error();
    breakpoints_.insert({pc, type});
    engine_.set_breakpoint(pc);
    return ok();
  }
  breakpoints_.erase({pc, type});
  if (!breakpoints_.contains({pc, 1 - type})) engine_.clear_breakpoint(pc);
  return ok();
}

GdbAnswer GdbSession::change_watchpoint(const engine::Watchpoint& watchpoint, bool set) {
  const auto found = std::find(watchpoints_.begin(), watchpoints_.end(), watchpoint);
  const bool is_set = found != watchpoints_.end();
  if (set && !is_set) {
    if (watchpoints_.size() >= kMostWatchpoints) return error();
    watchpoints_.push_back(watchpoint);
    engine_.set_watchpoint(watchpoint);
  } else if (!set && is_set) {
    watchpoints_.erase(found);
    engine_.clear_watchpoint(watchpoint);
  }
  return ok();
}

// ---- going on

/// From where it is halted, or from an address. GDB takes it that an Arm core halts before the
/// access that meets a watchpoint: it takes the watchpoint away and steps over that access. But it
/// is behind us, so that step is over as it begins.
GdbAnswer GdbSession::go(GdbFields fields, GdbAction action) {
  range_.reset();
  const auto met = std::exchange(met_, std::nullopt);
  if (!fields.at_end()) {
    const auto pc = fields.number();
    if (!pc) return error();
    engine_.set_pc(*pc);
  } else if (action == GdbAction::step && met && !is_watched(*met)) {
    stop_reply_ = stopped_by(kTrap);
    return say(stop_reply_);
  }
  return {std::nullopt, action};
}

GdbAnswer GdbSession::resume(GdbFields fields) { return go(fields, GdbAction::resume); }

GdbAnswer GdbSession::step(GdbFields fields) { return go(fields, GdbAction::step); }

/// Firmware takes no signals.
GdbAnswer GdbSession::resume_with_signal(GdbFields fields) {
  static_cast<void>(fields.until(';'));
  return go(fields, GdbAction::resume);
}

GdbAnswer GdbSession::step_with_signal(GdbFields fields) {
  static_cast<void>(fields.until(';'));
  return go(fields, GdbAction::step);
}

GdbAnswer GdbSession::list_actions(GdbFields) { return say("vCont;c;C;s;S;t;r"); }

/// There is one thread, so the first action is for it.
GdbAnswer GdbSession::go_as_listed(GdbFields fields) {
  GdbFields action(fields.until(';'));
  const std::string_view text = action.until(':');
  if (text.empty()) return error();
  GdbFields range(text.substr(1));
  switch (text.front()) {
    case 'c':
    case 'C': return go(GdbFields(""), GdbAction::resume);
    case 's':
    case 'S': return go(GdbFields(""), GdbAction::step);
    case 't': return ok();  // it is halted
    case 'r': break;
    default: return error();
  }
  const auto first = range.number();
  if (!first || !range.skip(",")) return error();
  const auto end = range.number();
  if (!end) return error();
  Answer answer = go(GdbFields(""), GdbAction::step);
  if (!answer.reply) range_ = {*first, *end};
  return answer;
}

GdbAnswer GdbSession::detach(GdbFields) {
  clear_stops();
  return {"OK", GdbAction::detach};
}

GdbAnswer GdbSession::kill(GdbFields) { return {std::nullopt, GdbAction::kill}; }

GdbAnswer GdbSession::kill_process(GdbFields) { return {"OK", GdbAction::kill}; }

// ---- queries

GdbAnswer GdbSession::select_thread(GdbFields) { return ok(); }

GdbAnswer GdbSession::thread_alive(GdbFields) { return ok(); }

GdbAnswer GdbSession::supported(GdbFields) {
  return say(
      fmt::format("PacketSize={:x};QStartNoAckMode+;qXfer:features:read+;"
                  "qXfer:memory-map:read+;vContSupported+",
                  kMostPacketBytes));
}

/// This answer is still acknowledged.
GdbAnswer GdbSession::no_acknowledgements(GdbFields) {
  acknowledges_ = false;
  return ok();
}

GdbAnswer GdbSession::transfer(GdbFields fields) {
  const bool features = fields.skip("features:read:target.xml:");
  if (!features && !fields.skip("memory-map:read::")) return say("");
  const auto offset = fields.number();
  if (!offset || !fields.skip(",")) return error();
  const auto length = fields.number();
  if (!length) return error();
  const std::string text = features ? registers_.description() : gdb_memory_map(engine_);
  return say(part_of(text, *offset, std::min<std::size_t>(*length, kMostRead)));
}

/// To what was there before: a debugger that leaves detaches.
GdbAnswer GdbSession::attached(GdbFields) { return say("1"); }

/// Other queries begin as this one does.
GdbAnswer GdbSession::current_thread(GdbFields fields) { return say(fields.at_end() ? "QC1" : ""); }

GdbAnswer GdbSession::first_threads(GdbFields) { return say("m1"); }

GdbAnswer GdbSession::further_threads(GdbFields) { return say("l"); }

GdbAnswer GdbSession::thread_info(GdbFields) {
  const unsigned exception = engine_.exceptions().ipsr();
  return say(to_hex(exception == 0 ? std::string("thread mode")
                                   : fmt::format("handler of exception {}", exception)));
}

GdbAnswer GdbSession::monitor(GdbFields fields) {
  const auto bytes = from_hex(fields.rest());
  if (!bytes) return error();
  return say(to_hex(monitor_(std::string(bytes->begin(), bytes->end()))));
}

}  // namespace mcost::cli
