#include "boards/peripherals/peripheral_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

std::uint32_t mask_of(const BitField& field) {
  return low_mask(field.high - field.low + 1) << field.low;
}

std::uint32_t field_of(const BitField& field, std::uint32_t value) {
  return bits(value, field.high, field.low);
}

}  // namespace

void PeripheralSpace::add(const PeripheralSpec& peripheral,
                          std::unique_ptr<PeripheralModel> model) {
  set_reset_values(peripheral);
  blocks_.push_back({peripheral, std::move(model)});
  std::sort(blocks_.begin(), blocks_.end(),
            [](const Block& a, const Block& b) { return a.spec.base < b.spec.base; });
}

void PeripheralSpace::set_reset_values(const PeripheralSpec& peripheral) {
  for (const RegisterSpec& entry : peripheral.registers)
    storage_[peripheral.base + entry.offset_bytes] = entry.reset;
}

void PeripheralSpace::reset() {
  storage_.clear();
  pending_.clear();
  for (const Block& block : blocks_) {
    set_reset_values(block.spec);
    if (block.model) block.model->reset();
  }
}

const PeripheralSpace::Block* PeripheralSpace::block_of(Address address) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), address,
                       [](Address a, const Block& block) { return a < block.spec.base; });
  if (after == blocks_.begin()) return nullptr;
  const Block& block = *std::prev(after);
  return address - block.spec.base < block.spec.size_bytes ? &block : nullptr;
}

std::uint32_t PeripheralSpace::stored_word(Address word, Cycles now) {
  const auto waiting = pending_.find(word);
  if (waiting != pending_.end()) {
    std::uint32_t& value = storage_[word];
    std::erase_if(waiting->second, [&](const Pending& pending) {
      if (pending.when > now) return false;
      value = (value & ~pending.mask) | pending.value;
      return true;
    });
    if (waiting->second.empty()) pending_.erase(waiting);
  }
  const auto stored = storage_.find(word);
  return stored == storage_.end() ? 0 : stored->second;
}

void PeripheralSpace::set_bits(Address word, std::uint32_t mask, std::uint32_t value, Cycles when,
                               Cycles now) {
  (void)stored_word(word, now);  // what is due does not wait for a read
  pending_[word].push_back({when, mask, value & mask});
}

void PeripheralSpace::apply_constants(const Block& block, Address word,
                                      std::uint32_t& value) const {
  for (const RuleSpec& rule : block.spec.rules) {
    const auto* constant = std::get_if<ConstantRule>(&rule.action);
    if (constant == nullptr || block.spec.base + constant->target.offset_bytes != word) continue;
    value = (value & ~mask_of(constant->target)) | constant->reads << constant->target.low;
  }
}

void PeripheralSpace::apply_rules(Block& block, Address word, std::uint32_t value, Cycles now) {
  for (const RuleSpec& rule : block.spec.rules) {
    if (const auto* follow = std::get_if<FollowRule>(&rule.action)) {
      if (block.spec.base + follow->trigger.offset_bytes != word) continue;
      set_bits(block.spec.base + follow->target.offset_bytes, mask_of(follow->target),
               field_of(follow->trigger, value) << follow->target.low, now + follow->after_cycles,
               now);
    } else if (const auto* clear = std::get_if<SelfClearRule>(&rule.action)) {
      if (block.spec.base + clear->target.offset_bytes != word) continue;
      set_bits(word, mask_of(clear->target), 0, now + clear->after_cycles, now);
    } else if (const auto* one_clears = std::get_if<WriteOneClearsRule>(&rule.action)) {
      if (block.spec.base + one_clears->trigger.offset_bytes != word) continue;
      const std::uint32_t ones = field_of(one_clears->trigger, value) << one_clears->target.low;
      const Address target = block.spec.base + one_clears->target.offset_bytes;
      if (target != word) set_bits(word, mask_of(one_clears->trigger), 0, now, now);
      set_bits(target, ones, 0, now, now);
    }
  }
}

/// The first rule that answers reads of this register, or empty.
std::string PeripheralSpace::rule_of(const Block& block, Address word) {
  for (const RuleSpec& rule : block.spec.rules) {
    const BitField target =
        std::visit([](const auto& action) { return action.target; }, rule.action);
    if (block.spec.base + target.offset_bytes == word) return rule.name;
  }
  return {};
}

/// Plain storage, as far as it reaches.
void PeripheralSpace::store(Address word, std::uint32_t value) {
  const auto known = storage_.find(word);
  if (known != storage_.end()) {
    known->second = value;
  } else if (storage_.size() < kMostStored) {
    storage_.emplace(word, value);
  } else {
    ++forgotten_writes_;
  }
}

void PeripheralSpace::note(Block* block, Address word, Address pc, bool write) {
  if (block != nullptr && block->model && block->model->models(word - block->spec.base)) return;
  const auto known = unmodelled_.find(word);
  if (known != unmodelled_.end()) {
    ++(write ? known->second.writes : known->second.reads);
    return;
  }
  std::string rule = block != nullptr ? rule_of(*block, word) : std::string();
  if (rule.empty() && listed_ == kMostListed) {
    ++(write ? unlisted_writes_ : unlisted_reads_);
    return;
  }
  if (rule.empty()) ++listed_;
  UnmodelledAccess& access = unmodelled_[word];
  access.address = word;
  access.first_pc = pc;
  access.peripheral = block != nullptr ? block->spec.name : spec_.name;
  access.rule = std::move(rule);
  ++(write ? access.writes : access.reads);
}

std::uint32_t PeripheralSpace::read(const bus::DeviceAccess& access) {
  const Address address = spec_.mirror_of.value_or(spec_.base) + access.offset;
  const Address word = address & ~Address{3};
  Block* block = block_of(word);
  note(block, word, access.pc, false);
  std::uint32_t value = stored_word(word, access.now);
  if (block != nullptr) {
    apply_constants(*block, word, value);
    if (block->model) {
      accessing_ = access;
      block->model->will_access(access.size_bytes);
      value = block->model->read(word - block->spec.base, value, access.now);
      accessing_.reset();
    }
  }
  return (value >> (8 * (address & 3u))) & low_mask(8u * access.size_bytes);
}

bool PeripheralSpace::is_steady(std::uint32_t offset) const {
  const Address word = (spec_.mirror_of.value_or(spec_.base) + offset) & ~Address{3};
  const Block* block = block_of(word);
  return block != nullptr && block->model && block->model->models(word - block->spec.base) &&
         !pending_.contains(word) && block->model->is_steady(word - block->spec.base);
}

void PeripheralSpace::write(const bus::DeviceAccess& access, std::uint32_t value) {
  const Address address = spec_.mirror_of.value_or(spec_.base) + access.offset;
  const Address word = address & ~Address{3};
  const unsigned shift = 8 * (address & 3u);
  const std::uint32_t mask = low_mask(8u * access.size_bytes) << shift;
  Block* block = block_of(word);
  note(block, word, access.pc, true);
  if (access.size_bytes < 4 && block != nullptr && block->model &&
      block->model->write_part(address - block->spec.base, value, access.size_bytes, access.now)) {
    return;
  }
  const std::uint32_t merged = (stored_word(word, access.now) & ~mask) | (value << shift & mask);
  // A register that a write-one rule clears keeps its own bits: ones only clear.
  bool clears_itself = false;
  if (block != nullptr) {
    for (const RuleSpec& rule : block->spec.rules) {
      const auto* one_clears = std::get_if<WriteOneClearsRule>(&rule.action);
      clears_itself =
          clears_itself ||
          (one_clears != nullptr && block->spec.base + one_clears->trigger.offset_bytes == word &&
           one_clears->target.offset_bytes == one_clears->trigger.offset_bytes);
    }
  }
  if (!clears_itself) store(word, merged);
  if (block == nullptr) return;
  apply_rules(*block, word, merged, access.now);
  if (block->model == nullptr) return;
  accessing_ = access;
  block->model->will_access(access.size_bytes);
  block->model->write(word - block->spec.base, merged, access.now);
  accessing_.reset();
}

std::uint32_t PeripheralSpace::peek(Address word) const {
  const auto stored = storage_.find(word);
  return stored == storage_.end() ? 0 : stored->second;
}

std::vector<UnmodelledAccess> PeripheralSpace::unmodelled() const {
  std::vector<UnmodelledAccess> list;
  for (const auto& [address, access] : unmodelled_) list.push_back(access);
  return list;
}

std::string PeripheralSpace::not_listed() const {
  if (unlisted_reads_ == 0 && unlisted_writes_ == 0) return {};
  std::string text = fmt::format(
      "{}: {} registers without a model are listed; accesses to others: reads {}, writes {}",
      spec_.name, kMostListed, unlisted_reads_, unlisted_writes_);
  if (forgotten_writes_ != 0) {
    text += fmt::format("; writes not kept {}: beyond {} registers they read 0", forgotten_writes_,
                        kMostStored);
  }
  return text;
}

}  // namespace mcost::boards
