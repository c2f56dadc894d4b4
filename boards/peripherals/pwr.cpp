#include "boards/peripherals/pwr.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint64_t kMHz = 1'000'000;
using Words = std::map<std::uint32_t, std::uint32_t>;
using Peek = std::function<std::uint32_t(Address)>;

/// Highest core clock and what it depends on, for people.
struct Limit {
  std::uint64_t hz = 0;
  const char* setting = "";
};

std::uint32_t word(const Words& words, std::uint32_t offset) {
  const auto found = words.find(offset);
  return found == words.end() ? 0 : found->second;
}

/// VOS 3 is scale 1. Over-drive lifts scales 1 and 2.  Source: facts 4.1 (LL constants); RM0090
/// 5.1.3 for scale 2 with over-drive.
Limit f4_limit(const Words& words, const Peek& /*peek*/) {
  const std::uint32_t cr = word(words, 0);
  const bool over_drive = bit(cr, 16) && bit(cr, 17);
  switch (bits(cr, 15, 14)) {
    case 3:
      return over_drive ? Limit{180 * kMHz, "scale 1 with over-drive"}
                        : Limit{168 * kMHz, "scale 1 without over-drive"};
    case 2:
      return over_drive ? Limit{168 * kMHz, "scale 2 with over-drive"}
                        : Limit{144 * kMHz, "scale 2 without over-drive"};
    default: return {120 * kMHz, "scale 3"};
  }
}

/// Source: facts 4.1 (LL constants); RM0385 4.1.4.
Limit f7_limit(const Words& words, const Peek& /*peek*/) {
  const std::uint32_t cr = word(words, 0);
  const bool over_drive = bit(cr, 16) && bit(cr, 17);
  switch (bits(cr, 15, 14)) {
    case 3:
      return over_drive ? Limit{216 * kMHz, "scale 1 with over-drive"}
                        : Limit{180 * kMHz, "scale 1 without over-drive"};
    case 2:
      return over_drive ? Limit{180 * kMHz, "scale 2 with over-drive"}
                        : Limit{168 * kMHz, "scale 2 without over-drive"};
    default: return {144 * kMHz, "scale 3"};
  }
}

/// Source: RM0351 5.1.8.
Limit l4_limit(const Words& words, const Peek& /*peek*/) {
  return bits(word(words, 0), 10, 9) == 1 ? Limit{80 * kMHz, "range 1"}
                                          : Limit{26 * kMHz, "range 2"};
}

/// Source: RM0432 5.1.8; R1MODE of PWR_CR5 clear is boost.
Limit l4plus_limit(const Words& words, const Peek& /*peek*/) {
  if (bits(word(words, 0), 10, 9) != 1) return {26 * kMHz, "range 2"};
  return bit(word(words, 0x80), 8) ? Limit{80 * kMHz, "range 1 without boost"}
                                   : Limit{120 * kMHz, "range 1 with boost"};
}

/// Source: RM0438 9.2.4.
Limit l5_limit(const Words& words, const Peek& /*peek*/) {
  switch (bits(word(words, 0), 10, 9)) {
    case 0: return {110 * kMHz, "range 0"};
    case 1: return {80 * kMHz, "range 1"};
    default: return {26 * kMHz, "range 2"};
  }
}

/// SYSCFG_PWRCR.ODEN makes VOS0 of VOS1.  Source: STM32H743 data sheet, general operating
/// conditions, revision V; stm32h7xx_hal_pwr_ex.c.
Limit h7_limit(const Words& words, const Peek& peek) {
  constexpr Address kSyscfgPwrcr = 0x5800042Cu;
  switch (bits(word(words, 0x18), 15, 14)) {
    case 3:
      return bit(peek(kSyscfgPwrcr), 0) ? Limit{480 * kMHz, "VOS0"} : Limit{400 * kMHz, "VOS1"};
    case 2: return {300 * kMHz, "VOS2"};
    default: return {200 * kMHz, "VOS3"};
  }
}

struct PowerFamily {
  std::string_view type;
  Limit (*limit)(const Words& words, const Peek& peek);
};

constexpr std::array kFamilies{
    PowerFamily{"pwr_f4", f4_limit}, PowerFamily{"pwr_f7", f7_limit},
    PowerFamily{"pwr_l4", l4_limit}, PowerFamily{"pwr_l4plus", l4plus_limit},
    PowerFamily{"pwr_l5", l5_limit}, PowerFamily{"pwr_h7", h7_limit},
};

class Power final : public PeripheralModel {
 public:
  Power(const PowerFamily& family, PeripheralSpec spec, Clocks& clocks, Peek peek,
        std::function<void(const std::string&)> note)
      : family_(family),
        spec_(std::move(spec)),
        clocks_(clocks),
        peek_(std::move(peek)),
        note_(std::move(note)) {
    Power::reset();
    clocks.listen([this](Cycles) {
      firmware_sets_clock_ = true;
      check();
    });
  }
  ~Power() override = default;
  Power(const Power&) = delete;
  Power& operator=(const Power&) = delete;
  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return std::any_of(spec_.registers.begin(), spec_.registers.end(),
                       [&](const RegisterSpec& entry) { return entry.offset_bytes == offset; });
  }
  void reset() override {
    words_.clear();
    for (const RegisterSpec& entry : spec_.registers) words_[entry.offset_bytes] = entry.reset;
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles) override {
    if (!models(offset)) return;
    words_[offset] = value;
    if (firmware_sets_clock_) check();
  }

 private:
  void check() {
    const std::uint64_t core_hz = whole_hz(clocks_.core());
    const Limit limit = family_.limit(words_, peek_);
    if (core_hz <= limit.hz) return;
    note_(
        fmt::format("a core clock of {} Hz is too fast for the supply voltage that firmware "
                    "programmed ({}: at most {} Hz)",
                    core_hz, limit.setting, limit.hz));
  }

  const PowerFamily& family_;
  PeripheralSpec spec_;
  Clocks& clocks_;
  Peek peek_;
  std::function<void(const std::string&)> note_;
  Words words_;
  bool firmware_sets_clock_ = false;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_pwr(std::string_view type, const PeripheralSpec& spec,
                                          Clocks& clocks,
                                          std::function<std::uint32_t(Address)> peek,
                                          std::function<void(const std::string&)> note) {
  const auto* const found = std::find_if(kFamilies.begin(), kFamilies.end(),
                                         [&](const PowerFamily& f) { return f.type == type; });
  if (found == kFamilies.end()) return nullptr;
  return std::make_unique<Power>(*found, spec, clocks, std::move(peek), std::move(note));
}

}  // namespace mcost::boards
