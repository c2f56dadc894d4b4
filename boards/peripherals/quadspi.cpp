#include "boards/peripherals/quadspi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::size_t kFifoBytes = 32;

enum class Register : std::uint8_t {
  control,
  device,
  device2,
  status,
  clear,
  length,
  configuration,
  address,
  alternate,
  data,
  mask,
  match,
  interval,
  timing,
  instruction,
  timeout,
  none,
};

struct RegisterPlace {
  std::uint32_t offset;
  Register name;
};
constexpr std::array<RegisterPlace, 13> kQuadspi{{{0x00, Register::control},
                                                  {0x04, Register::device},
                                                  {0x08, Register::status},
                                                  {0x0C, Register::clear},
                                                  {0x10, Register::length},
                                                  {0x14, Register::configuration},
                                                  {0x18, Register::address},
                                                  {0x1C, Register::alternate},
                                                  {0x20, Register::data},
                                                  {0x24, Register::mask},
                                                  {0x28, Register::match},
                                                  {0x2C, Register::interval},
                                                  {0x30, Register::timeout}}};
constexpr std::array<RegisterPlace, 16> kOctospi{{{0x00, Register::control},
                                                  {0x08, Register::device},
                                                  {0x0C, Register::device2},
                                                  {0x20, Register::status},
                                                  {0x24, Register::clear},
                                                  {0x40, Register::length},
                                                  {0x48, Register::address},
                                                  {0x50, Register::data},
                                                  {0x80, Register::mask},
                                                  {0x88, Register::match},
                                                  {0x90, Register::interval},
                                                  {0x100, Register::configuration},
                                                  {0x108, Register::timing},
                                                  {0x110, Register::instruction},
                                                  {0x120, Register::alternate},
                                                  {0x130, Register::timeout}}};

// Flags, at the same places in SR and FCR; CR enables interrupts 16 bits higher.
constexpr std::uint32_t kTransferError = 1u << 0;
constexpr std::uint32_t kTransferComplete = 1u << 1;
constexpr std::uint32_t kFifoThreshold = 1u << 2;
constexpr std::uint32_t kStatusMatch = 1u << 3;
constexpr std::uint32_t kBusy = 1u << 5;

enum class Mode : std::uint8_t { indirect_write, indirect_read, polling, mapped };

/// Number of lines of a phase, by the code of its mode field; 0: the phase is left out.
unsigned lines_of(std::uint32_t code) { return code == 0 ? 0 : 1u << std::min(code - 1, 3u); }

/// One phase of a command.
struct Phase {
  unsigned lines = 0;
  unsigned bytes = 0;
  bool double_rate = false;
  [[nodiscard]] std::uint32_t clocks() const {
    if (lines == 0) return 0;
    const unsigned per_clock = lines * (double_rate ? 2 : 1);
    return (8 * bytes + per_clock - 1) / per_clock;
  }
};

/// What the registers say a command looks like.
struct Frame {
  Phase instruction;
  Phase address;
  Phase alternate;
  unsigned dummy_clocks = 0;
  Phase data;  // of one byte
  bool instruction_once = false;
  [[nodiscard]] std::uint32_t lead_clocks() const {
    return address.clocks() + alternate.clocks() + dummy_clocks;
  }
};

class Quadspi final : public PeripheralModel, public DmaRequester, public bus::Initiator {
 public:
  Quadspi(engine::Engine& engine, QuadspiSettings settings)
      : engine_(engine), settings_(std::move(settings)) {
    engine_.bus().interconnect.add_pacer(*this);
    if (settings_.mapping != nullptr) {
      initial_ = settings_.mapping->parameters();
      settings_.mapping->set_mapped(settings_.starts_mapped);
    }
  }

  // Registers.
  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return place(offset) != Register::none;
  }
  void will_access(unsigned size_bytes) override { size_bytes_ = size_bytes; }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  bool write_part(std::uint32_t offset, std::uint32_t value, unsigned size_bytes,
                  Cycles now) override;
  void reset() override;

  // DMA.
  [[nodiscard]] Cycles asks_since(bool write) const override {
    const bool writes = mode() == Mode::indirect_write;
    return bit(control_, 2) && write == writes && threshold_reached() ? fifo_since_ : kNever;
  }
  [[nodiscard]] Cycles least_interval() const override { return byte_cycles(); }

  // Time.
  [[nodiscard]] Request request() const override { return {next_at_, bus::kNoMemory}; }
  Cycles serve(Cycles granted) override;

  /// The ratio of core clock and HCLK changed.
  void clock_changed() {
    if (settings_.mapping == nullptr) return;
    memory::QspiParameters parameters = settings_.mapping->parameters();
    if (parameters.hclk_cycles == settings_.hclk_cycles()) return;
    parameters.hclk_cycles = settings_.hclk_cycles();
    settings_.mapping->set_parameters(parameters);
    settings_.timing_changed();
  }

 private:
  [[nodiscard]] Register place(std::uint32_t offset) const {
    const auto find = [offset](const auto& places) {
      const auto found = std::find_if(places.begin(), places.end(), [offset](const auto& entry) {
        return entry.offset == offset;
      });
      return found == places.end() ? Register::none : found->name;
    };
    return settings_.is_octospi ? find(kOctospi) : find(kQuadspi);
  }
  [[nodiscard]] bool enabled() const { return bit(control_, 0); }
  [[nodiscard]] Mode mode() const {
    return static_cast<Mode>(settings_.is_octospi ? bits(control_, 29, 28)
                                                  : bits(configuration_, 27, 26));
  }
  [[nodiscard]] std::uint32_t divider() const {
    return (settings_.is_octospi ? bits(device2_, 7, 0) : bits(control_, 31, 24)) + 1;
  }
  [[nodiscard]] std::uint32_t cs_high_clocks() const { return bits(device_, 10, 8) + 1; }
  [[nodiscard]] std::uint64_t device_bytes() const {
    return std::uint64_t{1} << (bits(device_, 20, 16) + 1);
  }
  [[nodiscard]] Frame frame() const;
  /// The command byte; one of two bytes has its complement behind it.
  [[nodiscard]] std::uint8_t instruction_byte(const Frame& wanted) const {
    return static_cast<std::uint8_t>(settings_.is_octospi
                                         ? instruction_ >> (8 * (wanted.instruction.bytes - 1))
                                         : configuration_);
  }
  [[nodiscard]] Cycles clocks(std::uint64_t count) const {
    return count * divider() * settings_.hclk_cycles();
  }
  [[nodiscard]] Cycles byte_cycles() const {
    return std::max<Cycles>(1, clocks(frame().data.clocks()));
  }
  [[nodiscard]] std::size_t threshold() const { return bits(control_, 12, 8) + 1; }
  /// FTF: so many bytes can be moved, or what is left of a read.
  [[nodiscard]] bool threshold_reached() const {
    if (mode() == Mode::indirect_read)
      return fifo_.size() >= threshold() || (!active_ && !fifo_.empty());
    if (mode() != Mode::indirect_write) return false;
    const bool takes_more = waits_for_data_ || (active_ && bytes_left_ > fifo_.size());
    return takes_more && kFifoBytes - fifo_.size() >= threshold();
  }
  [[nodiscard]] bool busy() const {
    if (mode() == Mode::mapped && enabled())
      return settings_.mapping != nullptr && settings_.mapping->has_read();
    return active_ || (mode() == Mode::indirect_read && !fifo_.empty());
  }
  [[nodiscard]] std::uint32_t status() const {
    return flags_ | (threshold_reached() ? kFifoThreshold : 0u) | (busy() ? kBusy : 0u) |
           static_cast<std::uint32_t>(fifo_.size()) << 8;
  }
  [[nodiscard]] bool is_setting(Register name) const;
  void written(Register name, Cycles now);
  void begin(Cycles now);
  void data_step(Cycles now);
  void poll_step(Cycles now);
  void finish(Cycles now);
  void abort(Cycles now);
  void push(std::uint32_t value, unsigned size_bytes, Cycles now);
  std::uint32_t pop(Cycles now);
  void follow();
  void show_level();
  void wake(Cycles now);

  engine::Engine& engine_;
  QuadspiSettings settings_;
  memory::QspiParameters initial_;  // of the run state
  std::uint32_t control_ = 0;
  std::uint32_t device_ = 0;
  std::uint32_t device2_ = 0;
  std::uint32_t length_ = 0;
  std::uint32_t configuration_ = 0;
  std::uint32_t address_ = 0;
  std::uint32_t alternate_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t match_ = 0;
  std::uint32_t interval_ = 0;
  std::uint32_t timing_ = 0;
  std::uint32_t instruction_ = 0;
  std::uint32_t timeout_ = 0;
  std::uint32_t flags_ = 0;
  bool follows_ = false;  // firmware has written the registers

  bool active_ = false;          // a command is on the wires
  bool waits_for_data_ = false;  // an indirect write begins with its first byte
  bool instruction_sent_ = false;
  Cycles next_at_ = kNever;  // end of the byte, or of the command without data, on the wires
  Cycles selected_at_ = 0;   // CS falls
  Cycles chip_select_rose_ = 0;
  std::uint64_t bytes_left_ = 0;
  std::uint32_t polled_ = 0;  // bytes of a poll
  std::deque<std::uint8_t> fifo_;
  Cycles fifo_since_ = 0;  // when DMA could first move what it can move now
  unsigned size_bytes_ = 4;
  bool raised_ = false;
  Cycles woken_for_ = kNever;
};

Frame Quadspi::frame() const {
  Frame frame;
  const std::uint32_t c = configuration_;
  if (settings_.is_octospi) {
    frame.instruction = {lines_of(bits(c, 2, 0)), bits(c, 5, 4) + 1, bit(c, 3)};
    frame.address = {lines_of(bits(c, 10, 8)), bits(c, 13, 12) + 1, bit(c, 11)};
    frame.alternate = {lines_of(bits(c, 18, 16)), bits(c, 21, 20) + 1, bit(c, 19)};
    frame.data = {lines_of(bits(c, 26, 24)), 1, bit(c, 27)};
    frame.dummy_clocks = bits(timing_, 4, 0);
  } else {
    const bool ddr = bit(c, 31);  // of all phases but the instruction
    frame.instruction = {lines_of(bits(c, 9, 8)), 1, false};
    frame.address = {lines_of(bits(c, 11, 10)), bits(c, 13, 12) + 1, ddr};
    frame.alternate = {lines_of(bits(c, 15, 14)), bits(c, 17, 16) + 1, ddr};
    frame.data = {lines_of(bits(c, 25, 24)), 1, ddr};
    frame.dummy_clocks = bits(c, 22, 18);
  }
  frame.instruction_once = bit(c, settings_.is_octospi ? 31 : 28);
  return frame;
}

std::uint32_t Quadspi::read(std::uint32_t offset, std::uint32_t stored, Cycles now) {
  switch (place(offset)) {
    case Register::control: return control_;
    case Register::device: return device_;
    case Register::device2: return device2_;
    case Register::status: return status();
    case Register::clear: return 0;
    case Register::length: return length_;
    case Register::configuration: return configuration_;
    case Register::address: return address_;
    case Register::alternate: return alternate_;
    case Register::data: {
      const std::uint32_t value = pop(now);
      show_level();
      wake(now);
      return value;
    }
    case Register::mask: return mask_;
    case Register::match: return match_;
    case Register::interval: return interval_;
    case Register::timing: return timing_;
    case Register::instruction: return instruction_;
    case Register::timeout: return timeout_;
    case Register::none: break;
  }
  return stored;
}

/// Registers that can be written only while nothing is going on.  Source: RM0386, register
/// descriptions.
bool Quadspi::is_setting(Register name) const {
  switch (name) {
    case Register::control:
    case Register::clear:
    case Register::status:
    case Register::data:
    case Register::none: return false;
    default: return true;
  }
}

void Quadspi::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  const Register name = place(offset);
  if (is_setting(name) && busy()) {
    // HAL writes the address behind each read, also of commands without one.
    if (name == Register::address && frame().address.lines == 0) return;
    settings_.note(
        fmt::format("{}: a register written while BUSY is set keeps its value; abort or wait first",
                    settings_.name));
    return;
  }
  switch (name) {
    case Register::control:
      // ABORT clears itself.
      control_ = value & ~2u;
      if (bit(value, 1)) abort(now);
      break;
    case Register::device: device_ = value; break;
    case Register::device2: device2_ = value; break;
    case Register::clear: flags_ &= ~(value & 0x1Bu); break;
    case Register::length: length_ = value; break;
    case Register::configuration: configuration_ = value; break;
    case Register::address: address_ = value; break;
    case Register::alternate: alternate_ = value; break;
    case Register::data: push(value, 4, now); break;
    case Register::mask: mask_ = value; break;
    case Register::match: match_ = value; break;
    case Register::interval: interval_ = value & 0xFFFFu; break;
    case Register::timing: timing_ = value; break;
    case Register::instruction: instruction_ = value; break;
    case Register::timeout: timeout_ = value & 0xFFFFu; break;
    case Register::status:
    case Register::none: return;
  }
  written(name, now);
  show_level();
  wake(now);
}

bool Quadspi::write_part(std::uint32_t offset, std::uint32_t value, unsigned size_bytes,
                         Cycles now) {
  if (place(offset) != Register::data) return false;
  push(value, size_bytes, now);
  show_level();
  wake(now);
  return true;
}

/// Which write starts a command: the last one that it needs.  Source: RM0386, triggering the start
/// of a command.
void Quadspi::written(Register name, Cycles now) {
  const bool is_setting_of_mapping = name == Register::control || name == Register::device ||
                                     name == Register::device2 || name == Register::configuration ||
                                     name == Register::timing || name == Register::instruction ||
                                     name == Register::timeout;
  if (is_setting_of_mapping) {
    follows_ = true;
    follow();
  }
  const Register last_of_frame =
      settings_.is_octospi ? Register::instruction : Register::configuration;
  if (!enabled() || (name != last_of_frame && name != Register::address)) return;
  const Frame wanted = frame();
  const bool has_address = wanted.address.lines != 0;
  if (name == Register::configuration || name == Register::instruction) instruction_sent_ = false;
  waits_for_data_ = mode() == Mode::indirect_write && wanted.data.lines != 0;
  if (waits_for_data_) fifo_since_ = now;
  if (mode() == Mode::mapped || waits_for_data_ || has_address != (name == Register::address))
    return;
  begin(now);
}

void Quadspi::begin(Cycles now) {
  const Frame wanted = frame();
  const std::uint64_t length = std::uint64_t{length_} + 1;
  bytes_left_ = wanted.data.lines == 0 ? 0 : length;
  if (wanted.address.lines != 0 && wanted.data.lines != 0) {
    // All ones: as far as the memory goes.
    if (length_ == 0xFFFFFFFFu && address_ < device_bytes())
      bytes_left_ = device_bytes() - address_;
    if (address_ + bytes_left_ > device_bytes()) {
      waits_for_data_ = false;
      flags_ |= kTransferError;
      return;
    }
  }
  if (mode() == Mode::polling) bytes_left_ = std::min<std::uint64_t>(bytes_left_, 4);
  active_ = true;
  waits_for_data_ = false;
  polled_ = 0;
  const bool with_instruction =
      wanted.instruction.lines != 0 && !(wanted.instruction_once && instruction_sent_);
  instruction_sent_ = instruction_sent_ || with_instruction;
  NorCommand command;
  if (with_instruction) command.instruction = instruction_byte(wanted);
  if (wanted.address.lines != 0) command.address = address_;
  command.dummy_clocks = wanted.dummy_clocks + wanted.alternate.clocks();
  if (settings_.nor != nullptr) settings_.nor->begin(command, now);
  selected_at_ = std::max(now, chip_select_rose_ + clocks(cs_high_clocks()));
  const std::uint32_t lead_clocks =
      (with_instruction ? wanted.instruction.clocks() : 0) + wanted.lead_clocks();
  if (settings_.nor != nullptr) settings_.nor->count_clocks(lead_clocks);
  const Cycles lead = selected_at_ + clocks(lead_clocks);
  next_at_ = bytes_left_ == 0 ? lead : lead + byte_cycles();
}

Cycles Quadspi::serve(Cycles granted) {
  next_at_ = kNever;
  if (bytes_left_ == 0) {
    finish(granted);
  } else if (mode() == Mode::polling) {
    poll_step(granted);
  } else {
    data_step(granted);
  }
  show_level();
  wake(granted);
  return granted;
}

/// A byte is over.
void Quadspi::data_step(Cycles now) {
  const bool could_move = threshold_reached();
  if (mode() == Mode::indirect_read) {
    fifo_.push_back(settings_.nor == nullptr ? std::uint8_t{0xFF} : settings_.nor->read(now));
  } else {
    if (settings_.nor != nullptr) settings_.nor->write(fifo_.front());
    fifo_.pop_front();
  }
  if (settings_.nor != nullptr) settings_.nor->count_clocks(frame().data.clocks());
  --bytes_left_;
  if (bytes_left_ == 0) {
    finish(now);
  } else if (mode() == Mode::indirect_read ? fifo_.size() < kFifoBytes : !fifo_.empty()) {
    next_at_ = now + byte_cycles();
  }
  if (!could_move && threshold_reached()) fifo_since_ = now;
}

/// A byte of a poll; behind the last one the mask decides.
void Quadspi::poll_step(Cycles now) {
  const std::uint32_t byte = settings_.nor == nullptr ? 0xFFu : settings_.nor->read(now);
  const auto place = static_cast<unsigned>(std::min<std::uint64_t>(length_, 3) + 1 - bytes_left_);
  polled_ |= byte << (8 * place);
  --bytes_left_;
  const Frame wanted = frame();
  if (settings_.nor != nullptr) settings_.nor->count_clocks(wanted.data.clocks());
  if (bytes_left_ != 0) {
    next_at_ = now + byte_cycles();
    return;
  }
  const std::uint32_t different = (polled_ ^ match_) & mask_;
  const bool matches = bit(control_, 23) ? (~different & mask_) != 0 : different == 0;
  if (settings_.nor != nullptr) settings_.nor->end(now);
  chip_select_rose_ = now;
  if (matches) flags_ |= kStatusMatch;
  if (matches && bit(control_, 22)) {
    active_ = false;
    return;
  }
  // What the flash answers stays the same until it is done: polls that end before are left out,
  // and none is made if nothing can change any more.
  const Cycles changes = settings_.nor == nullptr ? 0 : settings_.nor->busy_until();
  if (changes <= now) return;
  const Cycles pause = clocks(std::max(interval_, cs_high_clocks()));
  const Cycles period = now - selected_at_ + pause;
  const Cycles left_out = (changes - now - 1) / period;
  const std::uint32_t instruction_clocks =
      wanted.instruction_once && instruction_sent_ ? 0 : wanted.instruction.clocks();
  const std::uint64_t bytes = std::min<std::uint64_t>(length_, 3) + 1;
  settings_.nor->count_clocks(
      left_out * (instruction_clocks + wanted.lead_clocks() + bytes * wanted.data.clocks()));
  chip_select_rose_ = now + left_out * period;
  begin(chip_select_rose_ + pause);
}

/// CS rises.
void Quadspi::finish(Cycles now) {
  active_ = false;
  chip_select_rose_ = now;
  flags_ |= kTransferComplete;
  if (settings_.nor != nullptr) settings_.nor->end(now);
}

void Quadspi::abort(Cycles now) {
  if (active_) {
    if (settings_.nor != nullptr) settings_.nor->end(now);
    chip_select_rose_ = now;
  }
  active_ = waits_for_data_ = false;
  next_at_ = kNever;
  bytes_left_ = 0;
  fifo_.clear();
  flags_ |= kTransferComplete;
  if (settings_.mapping != nullptr && mode() == Mode::mapped) follow();
}

void Quadspi::push(std::uint32_t value, unsigned size_bytes, Cycles now) {
  if (mode() != Mode::indirect_write || (!active_ && !waits_for_data_)) return;
  const bool was_empty = fifo_.empty();
  for (unsigned i = 0; i < size_bytes && fifo_.size() < kFifoBytes; ++i)
    fifo_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  fifo_since_ = now;
  if (waits_for_data_) {
    begin(now);
  } else if (was_empty && active_ && next_at_ == kNever) {
    next_at_ = now + byte_cycles();  // the clock stood still
  }
}

std::uint32_t Quadspi::pop(Cycles now) {
  if (mode() == Mode::polling) return polled_;
  if (mode() != Mode::indirect_read) return 0;
  std::uint32_t value = 0;
  const bool was_full = fifo_.size() == kFifoBytes && next_at_ == kNever;  // the clock stood still
  for (unsigned i = 0; i < size_bytes_ && !fifo_.empty(); ++i) {
    value |= std::uint32_t{fifo_.front()} << (8 * i);
    fifo_.pop_front();
  }
  fifo_since_ = now;
  if (was_full && active_) next_at_ = now + byte_cycles();
  return value;
}

/// The timing of memory-mapped reads follows the registers.
void Quadspi::follow() {
  memory::Qspi* const mapping = settings_.mapping;
  if (mapping == nullptr || !follows_) return;
  mapping->set_mapped(enabled() && mode() == Mode::mapped);
  if (!enabled() || mode() != Mode::mapped) return;
  const Frame wanted = frame();
  memory::QspiParameters parameters = initial_;
  parameters.hclk_cycles = settings_.hclk_cycles();
  parameters.divider = divider();
  parameters.instruction_clocks = wanted.instruction.clocks();
  parameters.instruction_once = wanted.instruction_once;
  parameters.lead_clocks = wanted.lead_clocks();
  parameters.lines = std::max(1u, wanted.data.lines);
  parameters.double_rate = wanted.data.double_rate;
  parameters.cs_high_clocks = cs_high_clocks();
  parameters.timeout_clocks.reset();
  if (bit(control_, 3)) parameters.timeout_clocks = timeout_;
  mapping->set_parameters(parameters);
  settings_.timing_changed();
  if (settings_.nor == nullptr) return;
  NorCommand command;
  if (wanted.instruction.lines != 0) command.instruction = instruction_byte(wanted);
  command.dummy_clocks = wanted.dummy_clocks + wanted.alternate.clocks();
  settings_.nor->check_dummy_clocks(command);
}

void Quadspi::reset() {
  control_ = device_ = device2_ = length_ = configuration_ = address_ = alternate_ = 0;
  mask_ = match_ = interval_ = timing_ = instruction_ = timeout_ = flags_ = 0;
  active_ = waits_for_data_ = instruction_sent_ = follows_ = false;
  next_at_ = kNever;
  bytes_left_ = 0;
  fifo_.clear();
  if (settings_.mapping != nullptr) {
    settings_.mapping->set_parameters(initial_);
    settings_.mapping->set_mapped(settings_.starts_mapped);
  }
  show_level();
}

void Quadspi::show_level() {
  const bool raised = (bits(control_, 20, 16) & status()) != 0;
  if (settings_.interrupt && (raised || raised_)) {
    const unsigned number = engine::kFirstInterrupt + *settings_.interrupt;
    raised ? engine_.exceptions().pend(number) : engine_.exceptions().unpend(number);
  }
  raised_ = raised;
}

/// While firmware waits for an interrupt, time is looked at when something may cause one.
void Quadspi::wake(Cycles now) {
  if (bits(control_, 20, 16) == 0 || next_at_ == kNever) return;
  if (woken_for_ != kNever && woken_for_ <= next_at_ && woken_for_ >= now) return;
  woken_for_ = next_at_;
  engine_.scheduler().schedule(next_at_, [this](Cycles when) {
    if (woken_for_ == when) woken_for_ = kNever;
    engine_.bus().interconnect.advance_to(when + 1);
    wake(when + 1);
  });
}

}  // namespace

QuadspiModel make_quadspi(engine::Engine& engine, QuadspiSettings settings, Clocks& clocks) {
  const bus::CounterSource* const counters = settings.nor.get();
  auto model = std::make_unique<Quadspi>(engine, std::move(settings));
  Quadspi* const made = model.get();
  clocks.listen([made](Cycles) { made->clock_changed(); });
  return {std::move(model), made, counters};
}

}  // namespace mcost::boards
