#include "cli/function_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/reports/layer_table.h"
#include "cli/return_point.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

constexpr unsigned kSp = 13;
constexpr unsigned kLr = 14;
constexpr std::uint32_t kStackWatchBytes = 32;
/// The heap may share the room: accesses to it are no overflow, and not to be heard for ever.
constexpr std::uint64_t kMostIdleWatches = 10'000;
constexpr std::uint8_t kGuardByte = 0xA5;

}  // namespace

FunctionCall::FunctionCall(RunSession& session, CallPlan plan)
    : session_(session), engine_(session.machine().engine()), plan_(std::move(plan)) {
  result_.function = plan_.function.name;
  result_.address = plan_.function.address;
  result_.from = plan_.boot.name + (plan_.boot_returns ? " returned" : "");
  for (const NamedAddress& init : plan_.init) result_.init.push_back(init.name);
  result_.warmup = plan_.warmup;
  result_.repeat = plan_.repeat;
  frame_ = lay_out(plan_.arguments, plan_.hard_float);
}

bool FunctionCall::begin() {
  return_address_ = engine_.pc();
  if (plan_.function.address == return_address_) {
    throw ConfigError("the firmware starts with this function", "mcost call " + plan_.function.name,
                      "`mcost run` executes it");
  }
  engine_.set_breakpoint(plan_.boot.address);
  return true;
}

bool FunctionCall::halted() {
  const engine::Halt& halt = engine_.last_halt();
  if (phase_ == Phase::booting || phase_ == Phase::boot_returning) return boot_halted();
  if (halt.cause == engine::HaltCause::watchpoint) return stack_halted();
  if (engine_.statistics().resets != resets_) return fail("the firmware reset itself");
  return !is_at_return() || returned();
}

bool FunctionCall::boot_halted() {
  if (phase_ == Phase::boot_returning) {
    const bool is_back = engine_.core().r[kSp] == boot_sp_;
    return !is_back || arrived();
  }
  engine_.clear_breakpoint(plan_.boot.address);
  if (!plan_.boot_returns) return arrived();
  const auto point = return_point(engine_.core().r[kLr], session_.view());
  if (!point) return fail("it was entered, but returns nowhere");
  phase_ = Phase::boot_returning;
  plan_.boot.address = point->address;
  boot_sp_ = point->sp;
  engine_.set_breakpoint(point->address);
  return true;
}

/// The firmware is where the call is to be made.
bool FunctionCall::arrived() {
  engine_.clear_breakpoint(plan_.boot.address);
  result_.boot_cycles = engine_.now();
  exception_ = engine_.exceptions().ipsr();
  resets_ = engine_.statistics().resets;
  place_arguments();
  engine_.set_breakpoint(return_address_);
  watch_stack();
  phase_ = Phase::init;
  return next_call();
}

void FunctionCall::place_arguments() {
  std::vector<std::uint64_t> sizes;
  for (const WrittenArgument& written : plan_.written) {
    if (written.is_buffer()) sizes.push_back(written.bytes.size());
  }
  places_ = place_buffers(sizes, plan_.buffer_at, session_);
  std::size_t buffer = 0;
  for (std::size_t i = 0; i < plan_.written.size(); ++i) {
    if (plan_.written[i].is_buffer()) plan_.arguments[i].bits = places_.addresses[buffer++];
  }
  frame_ = lay_out(plan_.arguments, plan_.hard_float);
  const auto stack_bytes = static_cast<std::uint32_t>(4 * frame_.stack.size());
  stack_pointer_ = places_.stack_pointer - stack_bytes;
  result_.arguments = plan_.arguments;
}

/// The lowest words of the stack's room: a function that writes there with SP there needs more.
void FunctionCall::watch_stack() {
  const Address limit = places_.stack_limit;
  if (limit == 0 || limit + kStackWatchBytes >= stack_pointer_) return;
  stack_watch_ = engine::Watchpoint{
      .first = limit, .last = limit + kStackWatchBytes - 1, .reads = false, .writes = true};
  engine_.set_watchpoint(*stack_watch_);
}

bool FunctionCall::stack_halted() {
  const std::uint32_t sp = engine_.core().r[kSp];
  if (sp < stack_watch_->last) {
    return fail(
        fmt::format("the stack overflowed at {}: SP is 0x{:08X}, its room begins at 0x{:08X}",
                    analysis::place_text(session_.places().place_with_line(engine_.pc())), sp,
                    places_.stack_limit));
  }
  if (++idle_watches_ == kMostIdleWatches) engine_.clear_watchpoint(*stack_watch_);
  return true;
}

bool FunctionCall::next_call() {
  if (inits_done_ < plan_.init.size()) {
    start(plan_.init[inits_done_].address, false);
    return true;
  }
  const bool measured = warmups_done_ == plan_.warmup;
  phase_ = measured ? Phase::measured : Phase::warmup;
  start(plan_.function.address, true);
  if (!measured) return true;
  if (!session_.measuring()) {
    result_.setup_cycles = engine_.now() - result_.boot_cycles;
    session_.start_measuring();
  }
  call_begin_ = session_.view().now();
  layer_ = session_.layer_log().begin({.name = plan_.function.name, .kind = "call"});
  return true;
}

/// As behind a BL to `function`.
void FunctionCall::start(Address function, bool with_arguments) {
  auto& registers = engine_.core().r;
  registers[kSp] = places_.stack_pointer;
  if (with_arguments) {
    write_buffers();
    write_guards();
    registers[kSp] = stack_pointer_;
    for (std::size_t i = 0; i < frame_.stack.size(); ++i) {
      const std::uint32_t word = frame_.stack[i];
      std::array<std::uint8_t, 4> bytes{};
      for (unsigned b = 0; b < 4; ++b) bytes[b] = static_cast<std::uint8_t>(word >> 8 * b);
      const auto offset = static_cast<Address>(4 * i);
      if (!engine_.poke_memory(stack_pointer_ + offset, bytes.data(), bytes.size()))
        throw ConfigError("the stack is in no RAM", "mcost call",
                          "call at another place with --at");
    }
    std::copy_n(frame_.core.begin(), frame_.core_used, registers.begin());
    for (unsigned s = 0; s < frame_.fp.size(); ++s) {
      if ((frame_.fp_used >> s & 1u) != 0) engine_.core().s[s] = frame_.fp[s];
    }
  }
  registers[kLr] = return_address_ | 1u;
  engine_.branch_to(function);
}

void FunctionCall::write_buffers() {
  for (std::size_t i = 0; i < plan_.written.size(); ++i) {
    const WrittenArgument& written = plan_.written[i];
    if (!written.is_buffer()) continue;
    const auto address = static_cast<Address>(plan_.arguments[i].bits);
    if (!engine_.poke_memory(address, written.bytes.data(), written.bytes.size()))
      throw InternalError("a buffer was placed where nothing can be written");
  }
}

void FunctionCall::write_guards() {
  const std::vector<std::uint8_t> guard(kBufferGuard, kGuardByte);
  for (const CallArgument& argument : plan_.arguments) {
    if (argument.size_bytes == 0) continue;
    const auto behind = static_cast<Address>(argument.bits + argument.size_bytes);
    static_cast<void>(engine_.poke_memory(behind, guard.data(), guard.size()));
  }
}

bool FunctionCall::is_at_return() const {
  const std::uint32_t sp =
      phase_ == Phase::init ? std::uint32_t{places_.stack_pointer} : stack_pointer_;
  return engine_.pc() == return_address_ && engine_.core().r[kSp] == sp &&
         engine_.exceptions().ipsr() == exception_;
}

bool FunctionCall::returned() {
  if (phase_ == Phase::init) {
    ++inits_done_;
    return next_call();
  }
  if (phase_ == Phase::warmup) {
    ++warmups_done_;
    return next_call();
  }
  session_.layer_log().close(layer_);
  const Cycles cycles = session_.view().now() - call_begin_;
  if (result_.cycles.size() < CallResult::kMostListed) result_.cycles.push_back(cycles);
  if (result_.returned != 0) {
    const bool first_warm = result_.returned == 1;
    result_.warm_cycles += cycles;
    result_.warm_min_cycles = first_warm ? cycles : std::min(result_.warm_min_cycles, cycles);
    result_.warm_max_cycles = std::max(result_.warm_max_cycles, cycles);
  }
  ++result_.returned;
  result_.value = read_value();
  if (result_.returned != plan_.repeat) return next_call();
  phase_ = Phase::done;
  return false;
}

CallValue FunctionCall::read_value() const {
  CallValue value;
  value.type = plan_.returns.value_or(CallType::i32);
  value.assumed = !plan_.returns;
  const auto& core = engine_.core();
  const bool in_fp =
      plan_.hard_float && (value.type == CallType::f32 || value.type == CallType::f64);
  const std::uint32_t low = in_fp ? core.s[0] : core.r[0];
  const std::uint32_t high = in_fp ? core.s[1] : core.r[1];
  switch (value.type) {
    case CallType::none: break;
    case CallType::i64:
    case CallType::u64:
    case CallType::f64: value.bits = low | std::uint64_t{high} << 32; break;
    default: value.bits = low; break;
  }
  if (value.type == CallType::text) value.text = read_text(low, session_.view()).value_or("");
  return value;
}

std::vector<std::uint8_t> FunctionCall::contents(std::size_t argument) const {
  const CallArgument& buffer = plan_.arguments[argument];
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(buffer.size_bytes));
  if (!engine_.peek_memory(static_cast<Address>(buffer.bits), bytes.data(), bytes.size()))
    throw InternalError("a buffer that was written cannot be read");
  return bytes;
}

std::vector<std::string> FunctionCall::notes() const {
  std::vector<std::string> notes;
  for (const CallArgument& argument : plan_.arguments) {
    if (argument.size_bytes == 0) continue;
    std::vector<std::uint8_t> guard(kBufferGuard);
    const auto behind = static_cast<Address>(argument.bits + argument.size_bytes);
    if (!engine_.peek_memory(behind, guard.data(), guard.size())) continue;
    if (std::all_of(guard.begin(), guard.end(), [](auto byte) { return byte == kGuardByte; }))
      continue;
    notes.push_back(fmt::format("{}: bytes behind its end were written: is the buffer too small?",
                                argument.written));
  }
  return notes;
}

std::string FunctionCall::called() const {
  if (phase_ == Phase::booting) return fmt::format("{} was not reached", plan_.boot.name);
  if (phase_ == Phase::boot_returning) return fmt::format("{} did not return", plan_.boot.name);
  const std::string& name =
      phase_ == Phase::init ? plan_.init[inits_done_].name : plan_.function.name;
  return fmt::format("{} did not return", name);
}

bool FunctionCall::fail(std::string why) {
  failure_ = fmt::format("{}: {}", called(), why);
  phase_ = Phase::failed;
  return false;
}

bool FunctionCall::ended(engine::StopReason stop) {
  const bool measured = phase_ == Phase::measured;
  if (stop == engine::StopReason::exited) exit_code_ = engine_.exit_code();
  fail(session_.describe_end(stop));
  return measured;
}

}  // namespace mcost::cli
