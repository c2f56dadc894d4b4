// What a debugger asks and what it gets: the commands of the GDB remote serial protocol, without
// their framing and without a connection. Source: GDB manual, appendix E. Depends on the engine.
// Invariant: any packet gets an answer the protocol knows; none can harm.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/gdb_packets.h"
#include "cli/gdb_registers.h"
#include "sim_core/engine/engine.h"

namespace mcost::cli {

/// What a packet wants to happen.
enum class GdbAction : std::uint8_t { stay, resume, step, detach, kill };

struct GdbAnswer {
  std::optional<std::string> reply = std::nullopt;  // its payload; nothing: none is sent now
  GdbAction action = GdbAction::stay;
};

class GdbSession {
 public:
  /// `monitor` answers `monitor` commands. The engine must outlive this.
  GdbSession(engine::Engine& engine, std::function<std::string(const std::string&)> monitor);

  [[nodiscard]] GdbAnswer handle(const std::string& packet);
  /// Why the firmware is halted, as a stop reply; also the answer to `?` from now on.
  std::string stopped(unsigned signal);
  /// True while the debugger wants the step just made to be followed by another.
  [[nodiscard]] bool goes_on_stepping() const;
  /// Takes all breakpoints and watchpoints away.
  void clear_stops();

  /// True once the debugger wants no acknowledgements.
  [[nodiscard]] bool acknowledges() const { return acknowledges_; }
  /// A debugger has just connected.
  void begin_connection();

 private:
  using Answer = GdbAnswer;
  struct Command {
    std::string_view name;
    Answer (GdbSession::*handle)(GdbFields fields);
  };
  static Answer say(std::string reply) { return {std::move(reply)}; }
  static Answer ok() { return say("OK"); }
  static Answer error() { return say("E01"); }

  Answer why_halted(GdbFields fields);
  Answer read_registers(GdbFields fields);
  Answer write_registers(GdbFields fields);
  Answer read_register(GdbFields fields);
  Answer write_register(GdbFields fields);
  Answer read_memory(GdbFields fields);
  Answer write_memory_hex(GdbFields fields);
  Answer write_memory_binary(GdbFields fields);
  Answer write_memory(GdbFields& fields, bool binary);
  Answer set_stop(GdbFields fields);
  Answer clear_stop(GdbFields fields);
  Answer change_stop(GdbFields fields, bool set);
  Answer change_breakpoint(Address pc, unsigned type, bool set);
  Answer change_watchpoint(const engine::Watchpoint& watchpoint, bool set);
  [[nodiscard]] bool is_watched(const engine::Watchpoint& watchpoint) const;
  Answer resume(GdbFields fields);
  Answer resume_with_signal(GdbFields fields);
  Answer step(GdbFields fields);
  Answer step_with_signal(GdbFields fields);
  Answer go(GdbFields fields, GdbAction action);
  Answer list_actions(GdbFields fields);
  Answer go_as_listed(GdbFields fields);
  Answer detach(GdbFields fields);
  Answer kill(GdbFields fields);
  Answer kill_process(GdbFields fields);
  Answer select_thread(GdbFields fields);
  Answer thread_alive(GdbFields fields);
  Answer supported(GdbFields fields);
  Answer no_acknowledgements(GdbFields fields);
  Answer transfer(GdbFields fields);
  Answer attached(GdbFields fields);
  Answer current_thread(GdbFields fields);
  Answer first_threads(GdbFields fields);
  Answer further_threads(GdbFields fields);
  Answer thread_info(GdbFields fields);
  Answer monitor(GdbFields fields);

  engine::Engine& engine_;
  std::function<std::string(const std::string&)> monitor_;
  GdbRegisters registers_;
  std::set<std::pair<Address, unsigned>> breakpoints_;  // with the type of Z packet
  std::vector<engine::Watchpoint> watchpoints_;
  std::string stop_reply_;
  std::optional<engine::Watchpoint> met_;             // what the firmware is halted for
  std::optional<std::pair<Address, Address>> range_;  // stepped as long as PC is in [first, second)
  bool acknowledges_ = true;
};

}  // namespace mcost::cli
