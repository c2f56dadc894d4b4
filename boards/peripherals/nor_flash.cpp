#include "boards/peripherals/nor_flash.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcost::boards {
namespace {

enum Command : std::uint8_t {
  kWriteStatus = 0x01,
  kPageProgram = 0x02,
  kRead = 0x03,
  kWriteDisable = 0x04,
  kReadStatus = 0x05,
  kWriteEnable = 0x06,
  kFastRead = 0x0B,
  kExtendedQuadProgram = 0x12,
  kSubsectorErase = 0x20,
  kQuadProgram = 0x32,
  kDualOutputRead = 0x3B,
  kClearFlags = 0x50,
  kBulkErase60 = 0x60,
  kWriteEnhanced = 0x61,
  kReadEnhanced = 0x65,
  kResetEnable = 0x66,
  kQuadOutputRead = 0x6B,
  kReadFlags = 0x70,
  kWriteVolatile = 0x81,
  kReadVolatile = 0x85,
  kResetMemory = 0x99,
  kReadIdentification2 = 0x9E,
  kReadIdentification = 0x9F,
  kDualProgram = 0xA2,
  kWriteNonvolatile = 0xB1,
  kReadNonvolatile = 0xB5,
  kDualIoRead = 0xBB,
  kBulkErase = 0xC7,
  kExtendedDualProgram = 0xD2,
  kSectorErase = 0xD8,
  kQuadIoRead = 0xEB,
};

constexpr std::uint32_t kPageBytes = 256;
constexpr std::uint32_t kSubsectorBytes = 4096;
constexpr std::uint32_t kSectorBytes = 65536;
constexpr std::uint8_t kErased = 0xFF;
// Status register.
constexpr std::uint8_t kWriteInProgress = 1u << 0;
constexpr std::uint8_t kWriteEnableLatch = 1u << 1;
// Flag status register; its error bits stay 0.
constexpr std::uint8_t kReady = 1u << 7;

/// Dummy clocks of reads while the volatile register leaves them at their defaults; none: no read.
std::optional<std::uint32_t> default_dummy_clocks(std::uint8_t instruction) {
  switch (instruction) {
    case kRead: return 0;
    case kFastRead:
    case kDualOutputRead:
    case kDualIoRead:
    case kQuadOutputRead: return 8;
    case kQuadIoRead: return 10;
    default: return std::nullopt;
  }
}

bool is_program(std::uint8_t instruction) {
  constexpr std::array<std::uint8_t, 5> kPrograms = {
      kPageProgram, kQuadProgram, kExtendedQuadProgram, kDualProgram, kExtendedDualProgram};
  return std::find(kPrograms.begin(), kPrograms.end(), instruction) != kPrograms.end();
}

}  // namespace

void NorFlash::say(const std::string& text) {
  if (said_.insert(text).second) note_(fmt::format("{}: {}", name_, text));
}

bool NorFlash::takes_while_busy() const {
  return command_.instruction == kReadStatus || command_.instruction == kReadFlags;
}

void NorFlash::begin(const NorCommand& command, Cycles now) {
  // A controller that sends the instruction once goes on with the one before (XIP).
  const auto instruction = command.instruction ? command.instruction : command_.instruction;
  command_ = command;
  command_.instruction = instruction;
  ++commands_;
  position_ = command.address.value_or(0);
  written_.clear();
  refused_ = busy(now) && !takes_while_busy();
  if (refused_ && instruction) {
    say(fmt::format("command 0x{:02X} came while it was busy and was ignored", *instruction));
  }
  if (!refused_) check_dummy_clocks(command_);
}

void NorFlash::check_dummy_clocks(const NorCommand& command) {
  if (!command.instruction) return;
  const auto usual = default_dummy_clocks(*command.instruction);
  if (!usual) return;
  const std::uint32_t set = volatile_ >> 4;
  const bool by_default = set == 0 || set == 15 || *command.instruction == kRead;
  const std::uint32_t expected = by_default ? *usual : set;
  if (expected == command.dummy_clocks) return;
  say(
      fmt::format("command 0x{:02X} came with {} dummy clocks, but its volatile configuration asks "
                  "for {}: the part answers with shifted bits",
                  *command.instruction, command.dummy_clocks, expected));
}

/// What a register reads; all repeat while clocks go on.
std::uint8_t NorFlash::register_byte(Cycles now) const {
  const bool in_progress = busy(now);
  switch (*command_.instruction) {
    case kReadStatus:
      return static_cast<std::uint8_t>(status_ | (in_progress ? kWriteInProgress : 0) |
                                       (write_enabled_ ? kWriteEnableLatch : 0));
    case kReadFlags: return in_progress ? std::uint8_t{0} : kReady;
    case kReadVolatile: return volatile_;
    case kReadEnhanced: return enhanced_;
    case kReadNonvolatile: return static_cast<std::uint8_t>(nonvolatile_ >> (8 * (position_ & 1u)));
    default: return kErased;
  }
}

std::uint8_t NorFlash::read(Cycles now) {
  if (refused_ || !command_.instruction) return kErased;
  const std::uint8_t instruction = *command_.instruction;
  if (default_dummy_clocks(instruction)) {
    const std::uint8_t byte = array_.read(position_ % array_.size_bytes);
    ++position_;
    return byte;
  }
  if (instruction == kReadIdentification || instruction == kReadIdentification2) {
    // Manufacturer, type, capacity, and how many bytes of a unique number follow (zeros here).
    constexpr std::uint8_t kUniqueBytes = 16;
    const std::uint32_t at = position_++;
    if (at < 3) return static_cast<std::uint8_t>(identification_ >> (8 * (2 - at)));
    return at == 3 ? kUniqueBytes : std::uint8_t{0};
  }
  const std::uint8_t byte = register_byte(now);
  ++position_;
  return byte;
}

void NorFlash::start(Cycles now, Cycles time) {
  write_enabled_ = false;
  busy_until_ = now + time;
  busy_cycles_ += time;
}

/// Programming only clears bits; addresses wrap inside the page, and the last 256 bytes count.
/// Source: N25Q128A data sheet, PAGE PROGRAM.
void NorFlash::program() {
  const std::uint32_t page = position_ % array_.size_bytes / kPageBytes * kPageBytes;
  std::vector<std::uint8_t> bytes(kPageBytes);
  for (std::uint32_t i = 0; i < kPageBytes; ++i) bytes[i] = array_.read(page + i);
  const std::vector<std::uint8_t> before = bytes;
  for (std::size_t i = written_.size() - std::min<std::size_t>(written_.size(), kPageBytes);
       i < written_.size(); ++i) {
    const std::size_t at = (position_ + i) % kPageBytes;
    bytes[at] = static_cast<std::uint8_t>(before[at] & written_[i]);
  }
  array_.write(page, bytes);
  ++pages_;
}

void NorFlash::erase(std::uint32_t size_bytes) {
  const std::uint32_t first = position_ % array_.size_bytes / size_bytes * size_bytes;
  array_.write(first, std::vector<std::uint8_t>(std::min(size_bytes, array_.size_bytes), kErased));
  ++erases_;
}

void NorFlash::power_on() {
  write_enabled_ = false;
  volatile_ = 0xFB;
  enhanced_ = 0xDF;
}

void NorFlash::end(Cycles now) {
  if (refused_ || !command_.instruction) return;
  const std::uint8_t instruction = *command_.instruction;
  const bool may_reset = std::exchange(reset_enabled_, instruction == kResetEnable);
  const bool register_write = instruction == kWriteStatus || instruction == kWriteVolatile ||
                              instruction == kWriteEnhanced || instruction == kWriteNonvolatile;
  const bool erases = instruction == kSubsectorErase || instruction == kSectorErase ||
                      instruction == kBulkErase || instruction == kBulkErase60;
  if ((register_write || erases || is_program(instruction)) && !write_enabled_) {
    say(fmt::format("command 0x{:02X} came without a write enable and was ignored", instruction));
    return;
  }
  if (is_program(instruction)) {
    if (written_.empty()) return;
    program();
    start(now, times_().page_program);
    return;
  }
  if (register_write && written_.empty()) return;
  switch (instruction) {
    case kWriteEnable: write_enabled_ = true; break;
    case kWriteDisable: write_enabled_ = false; break;
    case kClearFlags:
    case kResetEnable: break;
    case kResetMemory:
      if (may_reset) power_on();
      break;
    case kSubsectorErase:
      erase(kSubsectorBytes);
      start(now, times_().subsector_erase);
      break;
    case kSectorErase:
      erase(kSectorBytes);
      start(now, times_().sector_erase);
      break;
    case kBulkErase:
    case kBulkErase60:
      position_ = 0;
      erase(array_.size_bytes);
      start(now, times_().bulk_erase);
      break;
    case kWriteVolatile:
      volatile_ = written_[0];
      write_enabled_ = false;
      break;
    case kWriteEnhanced:
      enhanced_ = written_[0];
      write_enabled_ = false;
      break;
    case kWriteStatus:
      status_ = static_cast<std::uint8_t>(written_[0] & ~(kWriteInProgress | kWriteEnableLatch));
      start(now, times_().write_register);
      break;
    case kWriteNonvolatile:
      nonvolatile_ = static_cast<std::uint16_t>(written_[0] |
                                                (written_.size() > 1 ? written_[1] << 8 : 0xFF00));
      start(now, times_().write_register);
      break;
    case kReadStatus:
    case kReadFlags:
    case kReadVolatile:
    case kReadEnhanced:
    case kReadNonvolatile:
    case kReadIdentification:
    case kReadIdentification2: break;
    default:
      if (!default_dummy_clocks(instruction)) {
        say(fmt::format("command 0x{:02X} has no model; it reads 0xFF and does nothing",
                        instruction));
      }
  }
}

}  // namespace mcost::boards
