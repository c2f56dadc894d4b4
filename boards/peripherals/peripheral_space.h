// Peripheral address space: registers that remember, rules that answer for what is not modelled,
// and the models of those that matter. Every access without a model is counted for the report;
// nothing is silently ignored.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "boards/board_spec.h"
#include "boards/machine.h"
#include "sim_core/bus/device.h"

namespace mcost::boards {

/// A peripheral with behaviour. Offsets are from its own base; accesses are whole words (the space
/// merges smaller ones, unless the model takes them as they are).
class PeripheralModel {
 public:
  virtual ~PeripheralModel() = default;
  /// Comes before read() and write(): how wide the access is.
  virtual void will_access(unsigned size_bytes) { (void)size_bytes; }
  /// `stored` is what the register would read as plain storage after its rules.
  virtual std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) {
    (void)offset, (void)now;
    return stored;
  }
  /// As bus::Device::is_steady(), of a register that is modelled.
  [[nodiscard]] virtual bool is_steady(std::uint32_t offset) const {
    (void)offset;
    return false;
  }
  /// A system reset; registers read their reset values again.
  virtual void reset() {}
  /// `start: reset`: the register has its reset value when the run starts, unseen by firmware.
  virtual void start_from(std::uint32_t offset, std::uint32_t value) { (void)offset, (void)value; }
  /// Called after the value was stored.
  virtual void write(std::uint32_t offset, std::uint32_t value, Cycles now) = 0;
  /// Offered writes below a word, at the offset of their first byte, before they are merged. True:
  /// that was all.
  virtual bool write_part(std::uint32_t offset, std::uint32_t value, unsigned size_bytes,
                          Cycles now) {
    (void)offset, (void)value, (void)size_bytes, (void)now;
    return false;
  }
  /// Registers this model gives a meaning; others of its block count as unmodelled.
  [[nodiscard]] virtual bool models(std::uint32_t offset) const = 0;
};

class PeripheralSpace final : public bus::Device {
 public:
  /// `now` in rules is the core cycle of an access.
  explicit PeripheralSpace(PeripheralSpaceSpec spec) : spec_(std::move(spec)) {}

  void add(const PeripheralSpec& peripheral, std::unique_ptr<PeripheralModel> model);
  std::uint32_t read(const bus::DeviceAccess& access) override;
  void write(const bus::DeviceAccess& access, std::uint32_t value) override;
  [[nodiscard]] bool is_steady(std::uint32_t offset) const override;
  /// A register as it would read, without effect.
  [[nodiscard]] std::uint32_t peek(Address word) const;
  /// The access in progress, if one is.
  [[nodiscard]] const std::optional<bus::DeviceAccess>& accessing() const { return accessing_; }
  /// A system reset: registers, rules that wait, and models.
  void reset();
  [[nodiscard]] const PeripheralSpaceSpec& spec() const { return spec_; }
  /// Registers kept in the list below, apart from those that a rule of the board answers.
  static constexpr std::size_t kMostListed = 1000;
  /// Registers that remember what was written to them; further ones read 0.
  static constexpr std::size_t kMostStored = std::size_t{1} << 18;
  /// By address.
  [[nodiscard]] std::vector<UnmodelledAccess> unmodelled() const;
  /// A note on registers beyond those limits; empty if there are none.
  [[nodiscard]] std::string not_listed() const;

 private:
  struct Block {
    PeripheralSpec spec;
    std::unique_ptr<PeripheralModel> model;
  };
  struct Pending {  // a rule that takes effect later
    Cycles when = 0;
    std::uint32_t mask = 0;
    std::uint32_t value = 0;
  };
  [[nodiscard]] const Block* block_of(Address address) const;
  [[nodiscard]] Block* block_of(Address address) {
    return const_cast<Block*>(std::as_const(*this).block_of(address));
  }
  void set_reset_values(const PeripheralSpec& peripheral);
  std::uint32_t stored_word(Address word, Cycles now);
  void apply_rules(Block& block, Address word, std::uint32_t value, Cycles now);
  void apply_constants(const Block& block, Address word, std::uint32_t& value) const;
  [[nodiscard]] static std::string rule_of(const Block& block, Address word);
  void store(Address word, std::uint32_t value);
  void note(Block* block, Address word, Address pc, bool write);
  void set_bits(Address word, std::uint32_t mask, std::uint32_t value, Cycles when, Cycles now);

  PeripheralSpaceSpec spec_;
  std::optional<bus::DeviceAccess> accessing_;
  std::vector<Block> blocks_;  // sorted by base
  std::unordered_map<Address, std::uint32_t> storage_;
  std::unordered_map<Address, std::vector<Pending>> pending_;
  std::map<Address, UnmodelledAccess> unmodelled_;
  std::size_t listed_ = 0;            // of them, those without a rule
  std::uint64_t unlisted_reads_ = 0;  // accesses to others
  std::uint64_t unlisted_writes_ = 0;
  std::uint64_t forgotten_writes_ = 0;
};

}  // namespace mcost::boards
