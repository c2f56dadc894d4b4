#include "boards/peripherals/flash_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::array<std::uint32_t, 2> kKeys = {0x45670123u, 0xCDEF89ABu};
constexpr std::uint32_t kSecondSet = 0x100;  // offset of the registers of bank 2
constexpr std::uint8_t kErased = 0xFF;

bool has(std::uint32_t value, int number) {
  return number >= 0 && bit(value, static_cast<unsigned>(number));
}
std::uint32_t mask_of(int number) { return number >= 0 ? 1u << number : 0; }

}  // namespace

FlashProgrammer::FlashProgrammer(const ProgramFields& fields, std::uint32_t control_reset,
                                 FlashArray array)
    : fields_(fields), control_reset_(control_reset), array_(std::move(array)) {
  array_.engine->bus().counter_sources.push_back(this);
  reset();
}

void FlashProgrammer::reset() {
  sets_ = {};
  for (Set& set : sets_) set.control = control_reset_;
  array_.engine->release_memory(array_.memory);
}

/// The set of a register, whose offset is then that in the first set.
const FlashProgrammer::Set* FlashProgrammer::set_at(std::uint32_t& offset) const {
  const bool second = fields_.set_per_bank && offset >= kSecondSet;
  if (second) offset -= kSecondSet;
  const bool known = offset == fields_.key || offset == fields_.control ||
                     offset == fields_.status || offset == fields_.clear ||
                     offset == fields_.address;
  return known ? &sets_[second ? 1 : 0] : nullptr;
}

bool FlashProgrammer::models(std::uint32_t offset) const { return set_at(offset) != nullptr; }

std::uint32_t FlashProgrammer::read(std::uint32_t offset) const {
  const Set& set = *set_at(offset);
  if (offset == fields_.control) return set.control;
  if (offset == fields_.address) return set.address;
  if (offset != fields_.status) return 0;
  const bool busy = set.busy_until != 0;
  return set.status | (busy ? fields_.busy : 0) | (set.filled != 0 ? fields_.waits_for_data : 0);
}

void FlashProgrammer::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  Set& set = sets_[number_of(*set_at(offset))];
  if (offset == fields_.key) {
    write_key(set, value);
  } else if (offset == fields_.control) {
    write_control(set, value, now);
  } else if (offset == fields_.address) {
    set.address = value;
  } else if (offset == fields_.clear || fields_.clear == ProgramFields::kNoRegister) {
    set.status &= ~value;  // ones clear flags
    signal();
  }
}

bool FlashProgrammer::is_locked(const Set& set) const { return has(set.control, fields_.lock); }

void FlashProgrammer::write_key(Set& set, std::uint32_t key) {
  if (set.barred || !is_locked(set)) return;
  if (key != kKeys[set.keys]) {
    set.keys = 0;
    set.barred = true;
    array_.note("firmware wrote a wrong key to FLASH_KEYR: flash stays locked until reset");
    return;
  }
  if (++set.keys < kKeys.size()) return;
  set.keys = 0;
  set.control &= ~mask_of(fields_.lock);
}

void FlashProgrammer::write_control(Set& set, std::uint32_t value, Cycles now) {
  if (is_locked(set)) return;
  const std::uint32_t start_bit = mask_of(fields_.start) | mask_of(fields_.force_write);
  set.control = value & ~start_bit;
  if (!has(value, fields_.program) && set.filled != 0) set.filled = 0;
  if (has(value, fields_.force_write) && set.filled != 0) program(set, now);
  if (has(value, fields_.start) && set.busy_until != 0) {
    fail(set, fields_.sequence_error, "an erase was started while the one before went on");
  } else if (has(value, fields_.start)) {
    erase(set, now);
  }
  signal();
}

void FlashProgrammer::fail(Set& set, std::uint32_t flag, const std::string& why) {
  set.status |= flag;
  array_.note("flash programming failed: " + why);
  signal();
}

std::uint32_t FlashProgrammer::sector_bytes(std::uint32_t number) const {
  return fields_.sector(number).kib * 1024;
}

std::uint64_t FlashProgrammer::erase_ns(const Set& set, std::uint32_t number) const {
  const auto& times = fields_.sector(number).erase_ms;
  const std::size_t width =
      fields_.parallelism < 0 ? 0 : std::min<std::size_t>(parallelism(set), times.size() - 1);
  return std::uint64_t{times[width]} * 1'000'000;
}

/// PSIZE.
unsigned FlashProgrammer::parallelism(const Set& set) const {
  const auto low = static_cast<unsigned>(fields_.parallelism);
  return bits(set.control, low + 1, low);
}

/// Bytes of one program operation.
std::uint32_t FlashProgrammer::unit_bytes(const Set& set) const {
  if (fields_.unit_bytes != 0) return fields_.unit_bytes;
  return 1u << parallelism(set);
}

bool FlashProgrammer::takes_stores(std::uint32_t offset) const {
  const Set& set = sets_[fields_.set_per_bank ? bank_of(offset) : 0];
  return !is_locked(set) && has(set.control, fields_.program);
}

void FlashProgrammer::store(std::uint32_t offset, std::uint32_t value, unsigned size_bytes,
                            Cycles now) {
  Set& set = set_of(offset);
  const std::uint32_t unit = unit_bytes(set);
  // Units above a word are collected from whole words; others are stored as they are.
  const std::uint32_t expected = std::min(unit, 4u);
  if (size_bytes != expected) {
    fail(set, fields_.size_error,
         fmt::format("a store of {} bytes at 0x{:X} of flash, not of {}", size_bytes, offset,
                     expected));
    return;
  }
  if (set.filled != 0 && offset / unit != set.unit) {
    set.filled = 0;
    fail(set, fields_.sequence_error,
         fmt::format("a store at 0x{:X} of flash before the {} bytes at 0x{:X} were complete",
                     offset, unit, set.unit * unit));
    return;
  }
  set.unit = offset / unit;
  const std::uint32_t first = offset % unit;
  for (unsigned i = 0; i < size_bytes; ++i)
    set.data[first + i] = static_cast<std::uint8_t>(value >> (8 * i));
  set.filled |= std::uint64_t{low_mask(size_bytes)} << first;
  if (set.filled == (std::uint64_t{1} << unit) - 1) program(set, now);
}

/// Programming only clears bits; parts that check for it refuse what was not erased, unless all
/// bits are cleared.
void FlashProgrammer::program(Set& set, Cycles now) {
  const std::uint32_t unit = unit_bytes(set);
  const std::uint32_t first = set.unit * unit;
  std::vector<std::uint8_t> bytes(unit);
  const bus::Memory& memory = array_.engine->bus().memories[array_.memory];
  bool erased = true;
  bool zero = true;
  for (std::uint32_t i = 0; i < unit; ++i) {
    const std::uint8_t wanted = (set.filled >> i & 1u) != 0 ? set.data[i] : kErased;
    const std::uint8_t old = memory.stored(first + i);
    bytes[i] = old & wanted;
    erased = erased && old == kErased;
    zero = zero && wanted == 0;
  }
  set.filled = 0;
  if (fields_.must_be_erased && !erased && !zero) {
    fail(set, fields_.not_erased_error, fmt::format("0x{:X} of flash is not erased", first));
    return;
  }
  array_.engine->change_memory(array_.memory, first, bytes);
  programmed_bytes_ += unit;
  program_ns_ += fields_.program_ns;
  start(set, first, fields_.program_ns, now);
}

bool FlashProgrammer::erases_bank(const Set& set, std::uint32_t bank) const {
  if (fields_.set_per_bank) return bank == number_of(set) && has(set.control, fields_.mass_erase);
  return has(set.control, bank == 0 ? fields_.mass_erase : fields_.second_mass_erase);
}

/// Of one bank. Assumed where the data sheet gives no figure: all sectors one after the other.
std::uint64_t FlashProgrammer::mass_erase_ns(const Set& set) const {
  if (fields_.mass_erase_ns != 0) return fields_.mass_erase_ns;
  std::uint64_t ns = 0;
  std::uint32_t sector = 0;
  for (std::uint32_t at = 0; at < bank_bytes(); at += sector_bytes(sector++))
    ns += erase_ns(set, sector);
  return ns;
}

void FlashProgrammer::erase(Set& set, Cycles now) {
  for (std::uint32_t bank = 0; bank < array_.banks; ++bank) {
    if (erases_bank(set, bank))
      erase_range(set, bank * bank_bytes(), bank_bytes(), mass_erase_ns(set), now);
  }
  if (!has(set.control, fields_.erase)) return;
  std::uint32_t bank = fields_.set_per_bank ? number_of(set) : 0;
  std::uint32_t first = 0;
  std::uint32_t number = 0;
  if (fields_.number_bits != 0) {
    number = bits(set.control, fields_.number + fields_.number_bits - 1u, fields_.number);
    if (fields_.bank_in_number >= 0 && array_.banks == 2) {
      bank = bits(number, static_cast<unsigned>(fields_.bank_in_number),
                  static_cast<unsigned>(fields_.bank_in_number));
      number &= low_mask(static_cast<unsigned>(fields_.bank_in_number));
    }
    if (has(set.control, fields_.bank_select)) bank = 1;
    for (std::uint32_t sector = 0; sector < number; ++sector) first += sector_bytes(sector);
  } else {
    const std::uint32_t page = sector_bytes(0);
    first = set.address % (1u << 27) / page * page;  // an address in the alias or in flash
  }
  const std::uint32_t size = sector_bytes(number);
  if (bank >= array_.banks || first + size > bank_bytes()) {
    fail(set, fields_.sequence_error,
         fmt::format("erase of sector {} of bank {}, which this part does not have", number,
                     bank + 1));
    return;
  }
  erase_range(set, bank * bank_bytes() + first, size, erase_ns(set, number), now);
}

void FlashProgrammer::erase_range(Set& set, std::uint32_t first, std::uint32_t size_bytes,
                                  std::uint64_t ns, Cycles now) {
  array_.engine->change_memory(array_.memory, first,
                               std::vector<std::uint8_t>(size_bytes, kErased));
  erase_ns_ += ns;
  start(set, first, ns, now);
}

/// An operation begins when the one before is over; its bank can be read again when it ends.
void FlashProgrammer::start(Set& set, std::uint32_t first, std::uint64_t ns, Cycles now) {
  const std::uint32_t bank = bank_of(first);
  const Cycles begin = std::max(now, set.busy_until);
  set.busy_until = begin + array_.cycles_of_ns(ns);
  array_.engine->hold_memory(array_.memory,
                             {bank * bank_bytes(), (bank + 1) * bank_bytes(), set.busy_until});
  array_.engine->scheduler().schedule(
      set.busy_until, [this, &set, until = set.busy_until](Cycles) { finish(set, until); });
}

void FlashProgrammer::finish(Set& set, Cycles until) {
  if (set.busy_until != until) return;  // another one came behind it, or a reset
  set.busy_until = 0;
  if (!fields_.end_needs_enable || has(set.control, fields_.end_interrupt))
    set.status |= fields_.end_flag;
  if (sets_[0].busy_until == 0 && sets_[1].busy_until == 0)
    array_.engine->release_memory(array_.memory);
  signal();
}

void FlashProgrammer::signal() {
  if (!array_.interrupt) return;
  bool raised = false;
  for (const Set& set : sets_) {
    const bool ended = (set.status & fields_.end_flag) != 0;
    const bool failed = (set.status & ~fields_.end_flag) != 0;
    raised = raised || (ended && has(set.control, fields_.end_interrupt)) ||
             (failed && has(set.control, fields_.error_interrupt));
  }
  array_.interrupt(raised);
}

}  // namespace mcost::boards
