#include "cli/gdb_debugger.h"

#include <fmt/format.h>

namespace mcost::cli {
namespace {

// Signals, as GDB numbers them.
constexpr unsigned kInterruptSignal = 2;
constexpr unsigned kTrapSignal = 5;
constexpr unsigned kSegmentationSignal = 11;

constexpr std::uint32_t kMostExitCode = 255;

bool has_failed(engine::StopReason stop) {
  using enum engine::StopReason;
  return stop == fault || stop == lockup || stop == cycle_limit || stop == time_limit;
}

/// As the exit status of the program.
unsigned exit_status(engine::StopReason stop, std::uint32_t code) {
  if (stop != engine::StopReason::exited) return has_failed(stop) ? 1 : 0;
  if (code > kMostExitCode && (code & kMostExitCode) == 0) return 1;
  return code & kMostExitCode;
}

}  // namespace

GdbDebugger::GdbDebugger(engine::Engine& engine, GdbServer& server, bool waits, Talk talk)
    : engine_(engine),
      server_(server),
      waits_(waits),
      talk_(std::move(talk)),
      session_(engine, talk_.monitor),
      stepper_(engine, [this] { poll(); }) {}

bool GdbDebugger::begin() {
  accept(waits_);
  return !server_.connected() || serve();
}

/// A debugger that was not there before finds the firmware halted.
void GdbDebugger::accept(bool waits) {
  do {
    if (!server_.accept(waits)) continue;
    reader_ = GdbPacketReader{};
    session_.begin_connection();
    awaits_stop_ = interrupted_ = false;
    was_connected_ = true;
  } while (waits && !server_.connected());
}

void GdbDebugger::poll() {
  if (!server_.connected()) {
    accept(false);
    if (server_.connected()) engine_.request_halt();
    return;
  }
  reader_.add(server_.receive(false));
  while (const auto event = reader_.next()) {  // nothing else is said while the firmware runs
    if (event->kind != GdbInput::interrupt) continue;
    interrupted_ = true;
    engine_.request_halt();
  }
  if (!server_.connected()) note_loss();
}

/// The other side went without a word: the firmware runs on as if it had detached.
void GdbDebugger::note_loss() {
  if (!was_connected_) return;
  was_connected_ = false;
  session_.clear_stops();
  stepper_.stop();
  talk_.announce("gdb: the connection was closed, the firmware runs on");
}

bool GdbDebugger::halted() {
  if (!server_.connected()) return true;
  if (stepper_.active() && !interrupted_ && session_.goes_on_stepping()) {
    stepper_.start();
    return true;
  }
  stepper_.stop();
  talk_.before_halt();
  const std::string why = session_.stopped(interrupted_ ? kInterruptSignal : kTrapSignal);
  interrupted_ = false;
  if (awaits_stop_) reply(why);
  return serve();
}

/// A run that has not ended by the firmware's own exit can be looked at once more.
bool GdbDebugger::ended(engine::StopReason stop) {
  stepper_.stop();
  is_over_ = true;
  if (!server_.connected()) return true;
  talk_.before_halt();
  const std::string over = fmt::format("W{:02x}", exit_status(stop, engine_.exit_code()));
  if (stop != engine::StopReason::exited || !awaits_stop_) {
    if (awaits_stop_) reply("O" + to_hex(talk_.describe_end(stop)));
    const std::string why = session_.stopped(has_failed(stop) ? kSegmentationSignal : kTrapSignal);
    if (awaits_stop_) reply(why);
    const bool wanted = serve();
    stepper_.stop();
    if (!wanted || !server_.connected()) return wanted;
  }
  reply(over);
  server_.disconnect();
  return true;
}

void GdbDebugger::reply(const std::string& payload) {
  last_sent_ = gdb_frame(payload);
  server_.send(last_sent_);
}

/// The next packet or other event; nothing once the other side is gone.
std::optional<GdbEvent> GdbDebugger::next_event() {
  for (;;) {
    if (auto event = reader_.next()) return event;
    if (!server_.connected()) return std::nullopt;
    reader_.add(server_.receive(true));
  }
}

/// Answers the debugger until it wants the firmware to go on. False: it wants no more of it.
bool GdbDebugger::serve() {
  awaits_stop_ = false;
  while (const auto event = next_event()) {
    switch (event->kind) {
      case GdbInput::interrupt: continue;  // it is halted
      case GdbInput::broken: server_.send("-"); continue;
      case GdbInput::refused: server_.send(last_sent_); continue;
      case GdbInput::packet: break;
    }
    if (session_.acknowledges()) server_.send("+");
    const GdbAnswer answer = session_.handle(event->payload);
    if (answer.reply) reply(*answer.reply);
    if (answer.action != GdbAction::stay) return act(answer.action);
  }
  note_loss();
  return true;
}

bool GdbDebugger::act(GdbAction action) {
  switch (action) {
    case GdbAction::step: stepper_.start(); [[fallthrough]];
    case GdbAction::resume: awaits_stop_ = true; return true;
    case GdbAction::detach:
      was_connected_ = false;
      server_.disconnect();
      talk_.announce("gdb: detached, the firmware runs on");
      return true;
    case GdbAction::kill: server_.disconnect(); return false;
    case GdbAction::stay: break;
  }
  return true;
}

}  // namespace mcost::cli
