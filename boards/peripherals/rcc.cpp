#include "boards/peripherals/rcc.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "boards/peripherals/rcc_families.h"

namespace mcost::boards {
namespace {

constexpr Cycles kNever = engine::Scheduler::kNever;

/// Time from enable to ready with clock.start_up: typical.  Source: boards-and-memories facts 14.
std::uint64_t typical_start_up_ns(ClockSource source, std::string_view family, bool bypassed) {
  switch (source) {
    case ClockSource::hsi:
    case ClockSource::csi: return 2'000;
    case ClockSource::msi: return 3'000;
    case ClockSource::hsi48: return 6'000;
    case ClockSource::hse: return bypassed ? 1'000 : 2'000'000;
    case ClockSource::pll:
    case ClockSource::pll2:
    case ClockSource::pll3: return family == "rcc_l4" ? 40'000 : 150'000;
    case ClockSource::lse: return 2'000'000'000;
    case ClockSource::lsi: return 40'000;
  }
  return 0;
}

class Rcc final : public PeripheralModel {
 public:
  Rcc(const RccFamily& family, PeripheralSpec spec, RccSetup setup)
      : family_(family),
        spec_(std::move(spec)),
        setup_(std::move(setup)),
        core_(setup_.clocks->core()) {
    ready_at_.assign(family.ready_bits.size(), kNever);
    take_reset_values();
    setup_.clocks->listen([this](Cycles now) { convert_deadlines(now); });
  }
  ~Rcc() override = default;
  Rcc(const Rcc&) = delete;
  Rcc& operator=(const Rcc&) = delete;

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    const auto& clocks = family_.clock_registers;
    const auto& named = spec_.registers;  // peripheral clocks and resets change nothing here
    return std::any_of(named.begin(), named.end(),
                       [&](const RegisterSpec& r) { return r.offset_bytes == offset; }) ||
           std::find(clocks.begin(), clocks.end(), offset) != clocks.end() ||
           std::any_of(family_.ready_bits.begin(), family_.ready_bits.end(),
                       [&](const ReadyBit& b) { return b.offset_bytes == offset; });
  }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    update(now);
    if (!words_.contains(offset)) return stored;
    std::uint32_t value = word(offset);
    for (std::size_t i = 0; i < family_.ready_bits.size(); ++i) {
      const ReadyBit& entry = family_.ready_bits[i];
      if (entry.offset_bytes != offset) continue;
      const std::uint32_t mask = 1u << entry.ready;
      value = (value & ~mask) | (is_ready(i, now) ? mask : 0u);
    }
    if (offset != family_.cfgr_bytes) return value;
    const std::uint32_t mask = low_mask(family_.sw_width) << family_.sw_width;
    return (value & ~mask) | used_source_ << family_.sw_width;
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    update(now);
    words_[offset] = value;
    for (std::size_t i = 0; i < family_.ready_bits.size(); ++i) {
      if (family_.ready_bits[i].offset_bytes == offset) follow_enable(i, now);
    }
    const auto& clocks = family_.clock_registers;
    if (std::find(clocks.begin(), clocks.end(), offset) == clocks.end()) return;
    note_first();
    follows_ = true;
    update(now);
  }

  /// Back to the state the run started in.
  void reset() override {
    take_reset_values();
    setup_.clocks->reset(setup_.now());
  }

 private:
  void take_reset_values() {
    words_.clear();
    for (const RegisterSpec& entry : spec_.registers) words_[entry.offset_bytes] = entry.reset;
    for (std::size_t i = 0; i < ready_at_.size(); ++i) ready_at_[i] = enabled(i) ? 0 : kNever;
    used_source_ = bits(word(family_.cfgr_bytes), family_.sw_width - 1u, 0);
    follows_ = setup_.follows_from_start;
  }
  [[nodiscard]] std::uint32_t word(std::uint32_t offset) const {
    const auto found = words_.find(offset);
    return found == words_.end() ? 0 : found->second;
  }
  [[nodiscard]] RegisterReader reader() const {
    return [this](std::uint32_t offset) { return word(offset); };
  }
  [[nodiscard]] bool enabled(std::size_t i) const {
    return bit(word(family_.ready_bits[i].offset_bytes), family_.ready_bits[i].enable);
  }
  [[nodiscard]] std::size_t index_of(ClockSource source) const {
    const auto found = std::find_if(family_.ready_bits.begin(), family_.ready_bits.end(),
                                    [&](const ReadyBit& b) { return b.source == source; });
    return static_cast<std::size_t>(found - family_.ready_bits.begin());
  }

  /// The source of SYSCLK, and that of a PLL behind it, cannot be switched off.
  [[nodiscard]] bool in_use(ClockSource source) const {
    const ClockSource used = family_.system_sources[used_source_];
    return source == used || (used == ClockSource::pll && source == family_.pll_source(reader()));
  }

  void follow_enable(std::size_t i, Cycles now) {
    const ReadyBit& entry = family_.ready_bits[i];
    if (!enabled(i) && in_use(entry.source)) words_[entry.offset_bytes] |= 1u << entry.enable;
    if (!enabled(i)) {
      ready_at_[i] = kNever;
    } else if (ready_at_[i] == kNever) {
      ready_at_[i] = now + start_up_cycles(entry.source);
      if (ready_at_[i] > now) schedule(ready_at_[i]);
    }
  }
  [[nodiscard]] Cycles start_up_cycles(ClockSource source) const {
    if (setup_.spec->start_up == ClockStartUp::instant) return 0;
    constexpr unsigned kHseBypass = 18;  // of all families
    return setup_.clocks->cycles_of_ns(
        typical_start_up_ns(source, family_.type, bit(word(0), kHseBypass)));
  }

  /// Enabled long enough, and its input is there.
  [[nodiscard]] bool is_ready(std::size_t i, Cycles now) const {
    if (i == ready_at_.size() || now < ready_at_[i]) return false;
    const ClockSource source = family_.ready_bits[i].source;
    if (source == ClockSource::hse) return setup_.spec->hse_hz != 0;
    if (source != ClockSource::pll) return true;
    return is_ready(index_of(family_.pll_source(reader())), now);
  }

  /// Switches to the source that SW names once it is ready, and tells the board its clocks.
  void update(Cycles now) {
    const std::uint32_t wanted = bits(word(family_.cfgr_bytes), family_.sw_width - 1u, 0);
    if (wanted < family_.system_sources.size() &&
        is_ready(index_of(family_.system_sources[wanted]), now)) {
      used_source_ = wanted;
    }
    if (!follows_) return;
    const ClockSource source = family_.system_sources[used_source_];
    const auto system = family_.frequency(source, reader(), setup_.spec->hse_hz);
    if (!system || system->numerator == 0) return;
    const ClockTree tree = family_.divide(*system, reader());
    const bool changes = tree != setup_.clocks->tree();
    setup_.clocks->change(tree, now);
    const std::uint64_t core_hz = whole_hz(tree.core);
    if (changes && core_hz > setup_.spec->max_hz) {
      setup_.note(fmt::format("firmware set the core clock to {} Hz: the part allows {} Hz",
                              core_hz, setup_.spec->max_hz));
    }
  }

  void note_first() {
    if (follows_) return;
    setup_.note(setup_.clocks->pinned()
                    ? "firmware set up its clock tree: the core clock is pinned and stays, its "
                      "dividers count"
                    : "the core clock follows the registers of the clock tree");
  }

  void schedule(Cycles when) {
    setup_.scheduler->schedule(when, [this](Cycles now) { update(now); });
  }

  /// What is still starting up takes the same time at the new clock.
  void convert_deadlines(Cycles now) {
    const Hertz old = std::exchange(core_, setup_.clocks->core());
    if (old == core_) return;
    for (Cycles& when : ready_at_) {
      if (when == kNever || when <= now) continue;
      __extension__ using Wide = unsigned __int128;
      const Wide scaled = Wide{when - now} * core_.numerator * old.denominator;
      const Wide divisor = Wide{core_.denominator} * old.numerator;
      when = now + static_cast<Cycles>((scaled + divisor - 1) / divisor);
      schedule(when);
    }
  }

  const RccFamily& family_;
  PeripheralSpec spec_;
  RccSetup setup_;
  Hertz core_;
  std::map<std::uint32_t, std::uint32_t> words_;
  std::vector<Cycles> ready_at_;  // by ready bit; kNever: off
  std::uint32_t used_source_ = 0;
  bool follows_ = false;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_rcc(std::string_view type, const PeripheralSpec& spec,
                                          RccSetup setup) {
  const RccFamily* const family = find_rcc_family(type);
  if (family == nullptr) return nullptr;
  return std::make_unique<Rcc>(*family, spec, std::move(setup));
}

}  // namespace mcost::boards
