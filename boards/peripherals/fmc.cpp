#include "boards/peripherals/fmc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

bool is_pinned(const FmcControl& control, const char* key) {
  return control.pinned->contains("memories." + control.memory + "." + key);
}

class SdramControl final : public PeripheralModel {
 public:
  SdramControl(memory::Sdram& sdram, FmcControl control)
      : sdram_(sdram), control_(std::move(control)), initial_(sdram.parameters()) {
    sdram_.set_ready(!control_.from_reset);
  }

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset >= kSdcr && offset <= kSdsr;
  }
  /// Back to the state the run started in.
  void reset() override {
    const std::uint32_t core_per_hclk = sdram_.parameters().core_per_hclk;
    done_ = 0;
    power_ = {};
    busy_until_ = 0;
    memory::SdramParameters first = initial_;
    first.core_per_hclk = core_per_hclk;
    sdram_.set_parameters(first, 0);
    sdram_.set_ready(!control_.from_reset);
    control_.timing_changed();
  }
  void start_from(std::uint32_t, std::uint32_t) override {}

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    if (offset == kSdcmr) return 0;
    if (offset != kSdsr) return stored;
    return power_[0] << 1 | power_[1] << 3 | (now < busy_until_ ? kBusy : 0);
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    memory::SdramParameters next = sdram_.parameters();
    switch (offset) {
      case kSdcr:
      case kSdcr + 4:
        if (offset == kSdcr) follow_common_control(value, next);
        if (offset == kSdcr + 4 * control_.bank) {
          follow_control(value, next);
          done_ = 0;  // the sequence of commands begins
          sdram_.set_ready(false);
        }
        break;
      case kSdtr:
      case kSdtr + 4:
        if (offset == kSdtr) follow_common_timing(value, next);
        if (offset == kSdtr + 4 * control_.bank) follow_timing(value, next);
        break;
      case kSdcmr: command(value, now); return;
      case kSdrtr:
        if (!is_pinned(control_, "refresh_sdclk")) {
          const std::uint32_t count = bits(value, 13, 1);
          next.refresh = count == 0 ? 0 : count + 1;
        }
        break;
      default: return;
    }
    if (next == sdram_.parameters()) return;
    sdram_.set_parameters(next, now);
    control_.timing_changed();
    if (offset == kSdrtr) note_parameters();
  }

 private:
  static constexpr std::uint32_t kSdcr = 0x140;  // of bank 1; bank 2 follows
  static constexpr std::uint32_t kSdtr = 0x148;
  static constexpr std::uint32_t kSdcmr = 0x150;
  static constexpr std::uint32_t kSdrtr = 0x154;
  static constexpr std::uint32_t kSdsr = 0x158;
  static constexpr std::uint32_t kBusy = 1u << 5;
  enum Command : std::uint32_t {
    normal,
    clock_enable,
    precharge_all,
    auto_refresh,
    load_mode,
    self_refresh,
    power_down
  };
  static constexpr std::uint32_t kStartUp =
      1u << clock_enable | 1u << precharge_all | 1u << auto_refresh | 1u << load_mode;

  /// SDCR1 alone counts for both banks.  Source: facts 14.9.
  void follow_common_control(std::uint32_t value, memory::SdramParameters& next) const {
    const std::uint32_t ratio = bits(value, 11, 10);
    if (!is_pinned(control_, "hclk_per_sdclk") && ratio >= 2) next.hclk_per_sdclk = ratio;
    if (!is_pinned(control_, "read_burst")) next.read_ahead = bit(value, 12);
    if (!is_pinned(control_, "read_pipe_hclk"))
      next.read_pipe_hclk = std::min(bits(value, 14, 13), 2u);
  }
  void follow_control(std::uint32_t value, memory::SdramParameters& next) const {
    if (!is_pinned(control_, "column_bits")) next.column_bits = 8 + bits(value, 1, 0);
    if (!is_pinned(control_, "row_bits")) next.row_bits = 11 + std::min(bits(value, 3, 2), 2u);
    if (!is_pinned(control_, "bus_bits")) next.bus_bytes = 1u << std::min(bits(value, 5, 4), 2u);
    if (!is_pinned(control_, "banks")) next.banks = bit(value, 6) ? 4 : 2;
    if (!is_pinned(control_, "cas_sdclk")) next.cas = std::max(bits(value, 8, 7), 1u);
  }
  void follow_common_timing(std::uint32_t value, memory::SdramParameters& next) const {
    if (!is_pinned(control_, "trc_sdclk")) next.trc = bits(value, 15, 12) + 1;
    if (!is_pinned(control_, "trp_sdclk")) next.trp = bits(value, 23, 20) + 1;
  }
  void follow_timing(std::uint32_t value, memory::SdramParameters& next) {
    if (!is_pinned(control_, "tras_sdclk")) next.tras = bits(value, 11, 8) + 1;
    if (!is_pinned(control_, "twr_sdclk")) next.twr = bits(value, 19, 16) + 1;
    if (!is_pinned(control_, "trcd_sdclk")) next.trcd = bits(value, 27, 24) + 1;
    mode_cycles_ = bits(value, 3, 0) + 1;
  }

  void command(std::uint32_t value, Cycles now) {
    const std::uint32_t mode = bits(value, 2, 0);
    for (unsigned bank = 0; bank < 2; ++bank) {
      if (!bit(value, 4 - bank)) continue;  // CTB1 is above CTB2
      power_[bank] = mode == self_refresh ? 1 : mode == power_down ? 2 : 0;
      if (bank == control_.bank && mode <= load_mode) done_ |= 1u << mode;
    }
    const memory::SdramParameters& p = sdram_.parameters();
    const std::uint32_t sdclk = mode == precharge_all  ? p.trp
                                : mode == auto_refresh ? p.trc * (bits(value, 8, 5) + 1)
                                : mode == load_mode    ? mode_cycles_
                                                       : 1;
    busy_until_ = now + Cycles{sdclk} * p.hclk_per_sdclk * p.core_per_hclk;
    if (sdram_.is_ready() || (done_ & kStartUp) != kStartUp) return;
    sdram_.set_ready(true);
    note_parameters();
  }

  void note_parameters() {
    const memory::SdramParameters& p = sdram_.parameters();
    memory::SdramParameters first = initial_;
    first.core_per_hclk = p.core_per_hclk;
    if (!sdram_.is_ready() || (p == first && !noted_)) return;
    noted_ = true;
    control_.setting(
        "fmc " + control_.memory,
        fmt::format("firmware set the FMC for {}: {} bits, CAS {}, TRCD {}, TRP {}, TRAS {}, TRC "
                    "{}, TWR {}, a "
                    "refresh every {} SDCLK, HCLK / {}, reading ahead {}",
                    control_.memory, 8 * p.bus_bytes, p.cas, p.trcd, p.trp, p.tras, p.trc, p.twr,
                    p.refresh, p.hclk_per_sdclk, p.read_ahead ? "on" : "off"));
  }

  memory::Sdram& sdram_;
  FmcControl control_;
  memory::SdramParameters initial_;
  std::uint32_t done_ = 0;  // commands of the start-up sequence, by number
  std::array<std::uint32_t, 2> power_{};
  std::uint32_t mode_cycles_ = 2;  // TMRD
  Cycles busy_until_ = 0;
  bool noted_ = false;
};

class PsramControl final : public PeripheralModel {
 public:
  PsramControl(memory::Psram& psram, FmcControl control)
      : psram_(psram), control_(std::move(control)), initial_(psram.parameters()) {}

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset == bcr() || offset == bcr() + 4 || offset == bwtr();
  }
  void reset() override {
    memory::PsramParameters first = initial_;
    first.core_per_hclk = psram_.parameters().core_per_hclk;
    extended_ = false;
    psram_.set_parameters(first);
    control_.timing_changed();
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles) override {
    memory::PsramParameters next = psram_.parameters();
    if (offset == bcr()) {
      if (!is_pinned(control_, "bus_bits")) next.bus_bytes = 1u << std::min(bits(value, 5, 4), 2u);
      extended_ = bit(value, 14);
      if (!extended_) next.write = next.read;
    } else if (offset == bcr() + 4) {
      next.read = phases(value, next.read);
      if (!extended_) next.write = next.read;
    } else if (offset == bwtr() && extended_) {
      next.write = phases(value, next.write);
    }
    if (next == psram_.parameters()) return;
    psram_.set_parameters(next);
    control_.timing_changed();
    control_.setting(
        "fmc " + control_.memory,
        fmt::format("firmware set the FMC for {}: {} bits, ADDSET {}, DATAST {}, BUSTURN {}",
                    control_.memory, 8 * next.bus_bytes, next.read.addset, next.read.datast,
                    next.read.busturn));
  }

 private:
  [[nodiscard]] std::uint32_t bcr() const { return 8 * control_.bank; }
  [[nodiscard]] std::uint32_t bwtr() const { return 0x104 + 8 * control_.bank; }
  [[nodiscard]] memory::PsramParameters::Phases phases(
      std::uint32_t value, memory::PsramParameters::Phases before) const {
    if (!is_pinned(control_, "addset_hclk")) before.addset = bits(value, 3, 0);
    if (!is_pinned(control_, "datast_hclk")) before.datast = std::max(bits(value, 15, 8), 1u);
    if (!is_pinned(control_, "busturn_hclk")) before.busturn = bits(value, 19, 16);
    return before;
  }

  memory::Psram& psram_;
  FmcControl control_;
  memory::PsramParameters initial_;
  bool extended_ = false;  // BCR.EXTMOD: writes have times of their own
};

}  // namespace

unsigned fmc_bank(const BoardSpec& board, const std::string& memory) {
  constexpr Address kNor = 0x60000000u;    // four banks of 64 MB
  constexpr Address kSdram = 0xC0000000u;  // two of 256 MB
  unsigned bank = 0;
  for (const RegionSpec& region : board.regions) {
    if (region.memory != memory) continue;
    if (region.base >= kSdram) return region.base >> 28 & 1u;  // wherever else it is swapped to
    if (region.base >> 28 == kNor >> 28) bank = region.base >> 26 & 3u;
  }
  return bank;
}

std::unique_ptr<PeripheralModel> make_fmc(memory::Target* target, FmcControl control) {
  if (auto* const sdram = dynamic_cast<memory::Sdram*>(target))
    return std::make_unique<SdramControl>(*sdram, std::move(control));
  if (auto* const psram = dynamic_cast<memory::Psram*>(target))
    return std::make_unique<PsramControl>(*psram, std::move(control));
  return nullptr;
}

std::string used_too_early(const std::string& memory, const memory::Target* target) {
  const auto* const sdram = dynamic_cast<const memory::Sdram*>(target);
  if (sdram == nullptr || sdram->early_uses() == 0) return {};
  return fmt::format(
      "{} was used {} time{} before the FMC had started it up (clock enable, precharge all, auto "
      "refresh, load mode): the board would not hold what was written",
      memory, sdram->early_uses(), sdram->early_uses() == 1 ? "" : "s");
}

}  // namespace mcost::boards
