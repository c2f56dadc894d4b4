#include "boards/peripherals/flash_interface.h"

#include <fmt/format.h>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

class FlashAcr final : public PeripheralModel {
 public:
  FlashAcr(memory::Art& art, unsigned latency_bits, FlashControl control)
      : art_(art),
        latency_bits_(latency_bits),
        control_(std::move(control)),
        initial_(art.parameters()) {}

  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset == 0; }

  /// Back to the state the run started in.
  void reset() override {
    art_.set_wait_states(initial_.wait_states);
    art_.set_prefetch(initial_.prefetch);
    art_.set_icache(initial_.icache);
    art_.set_dcache(initial_.dcache);
    art_.reset_icache();
    art_.reset_dcache();
    latency_ = 0;
    latency_follows_ = from_reset_;
    control_.timing_changed();
  }
  void start_from(std::uint32_t offset, std::uint32_t value) override {
    if (offset != 0) return;
    from_reset_ = latency_follows_ = true;
    follow(value);
    initial_ = art_.parameters();
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles) override {
    if (offset != 0) return;
    // HAL_Init sets enables and writes LATENCY back as it read it: that is no choice of wait
    // states, and the run state keeps its own. Both families reset it to 0.
    const std::uint32_t latency = bits(value, latency_bits_ - 1, 0);
    latency_follows_ = latency_follows_ || latency != latency_;
    latency_ = latency;
    follow(value);
    const auto too_few = too_few_wait_states(control_.memory, *control_.flash,
                                             art_.parameters().wait_states, control_.clock_hz());
    if (too_few) control_.note(*too_few);
    // The arrays are cleared only while disabled.  Source: RM0090, FLASH_ACR.
    if (bit(value, 11) && !bit(value, 9)) art_.reset_icache();
    if (bit(value, 12) && !bit(value, 10)) art_.reset_dcache();
    control_.note(fmt::format(
        "firmware set FLASH_ACR to 0x{:08X}: {} wait states, prefetch {}, instruction cache {}, "
        "data cache {}",
        value, art_.parameters().wait_states, on(art_.parameters().prefetch),
        on(art_.parameters().icache), on(art_.parameters().dcache)));
    control_.timing_changed();
  }

 private:
  static const char* on(bool enabled) { return enabled ? "on" : "off"; }
  [[nodiscard]] bool pinned(const char* key) const {
    return control_.pinned->contains("memories." + control_.memory + "." + key);
  }
  void follow(std::uint32_t value) {
    if (!pinned("wait_states") && latency_follows_) {
      art_.set_wait_states(bits(value, latency_bits_ - 1, 0));
    }
    if (!pinned("accelerator.prefetch_enabled")) art_.set_prefetch(bit(value, 8));
    if (!pinned("accelerator.icache_enabled")) art_.set_icache(bit(value, 9));
    if (!pinned("accelerator.dcache_enabled")) art_.set_dcache(bit(value, 10));
  }

  memory::Art& art_;
  unsigned latency_bits_;
  FlashControl control_;
  memory::ArtParameters initial_;
  bool from_reset_ = false;
  bool latency_follows_ = false;
  std::uint32_t latency_ = 0;  // as last written
};

class VimsControl final : public PeripheralModel {
 public:
  VimsControl(memory::Vims& vims, VimsSpec spec, FlashControl control)
      : vims_(vims),
        spec_(std::move(spec)),
        control_(std::move(control)),
        initial_(vims.parameters()),
        control_word_(initial_control()) {}

  /// Back to the state the run started in.
  void reset() override {
    vims_.set_cache(initial_.cache);
    vims_.set_tag_prefetch(initial_.tag_prefetch);
    vims_.set_system_line_buffer(initial_.system_line_buffer);
    vims_.set_code_line_buffer(initial_.code_line_buffer);
    control_word_ = initial_control();
    changed_at_ = 0;
    control_.timing_changed();
  }

  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset <= 4; }

  void start_from(std::uint32_t offset, std::uint32_t value) override {
    if (offset != 4) return;
    follow(value);
    initial_ = vims_.parameters();
  }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    if (offset == 4) return control_word_;
    if (offset != 0) return stored;
    const bool changing = now < changed_at_;
    return (control_word_ & 3u) | (changing ? 1u << 3 | 1u << 2 : 0u) |
           (control_word_ >> 4 & 1u) << 4 | (control_word_ >> 5 & 1u) << 5;
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    if (offset != 4) return;
    const std::uint32_t old_mode = control_word_ & 3u;
    if ((value & 3u) != old_mode) changed_at_ = now + spec_.invalidate_cycles;
    follow(value);
    control_.note(fmt::format("firmware set VIMS CTL to 0x{:08X}: cache {}, code line buffer {}",
                              value, vims_.parameters().cache ? "on" : "off",
                              vims_.parameters().code_line_buffer ? "on" : "off"));
    control_.timing_changed();
  }

 private:
  static constexpr std::uint32_t kModeCache = 1;
  static constexpr std::uint32_t kModeOff = 3;
  [[nodiscard]] std::uint32_t initial_control() const {
    return (initial_.cache ? kModeCache : kModeOff) | (initial_.tag_prefetch ? 1u << 2 : 0u) |
           (initial_.system_line_buffer ? 0u : 1u << 4) |
           (initial_.code_line_buffer ? 0u : 1u << 5);
  }
  void follow(std::uint32_t value) {
    control_word_ = value;
    if (!pinned("mode")) vims_.set_cache((value & 3u) == kModeCache);
    if (!pinned("tag_prefetch_enabled")) vims_.set_tag_prefetch(bit(value, 2));
    if (!pinned("sysbus_line_buffer_enabled")) vims_.set_system_line_buffer(!bit(value, 4));
    if (!pinned("idcode_line_buffer_enabled")) vims_.set_code_line_buffer(!bit(value, 5));
  }
  [[nodiscard]] bool pinned(const char* key) const {
    return control_.pinned->contains("memories." + control_.memory + ".accelerator." + key);
  }

  memory::Vims& vims_;
  VimsSpec spec_;
  FlashControl control_;
  memory::VimsParameters initial_;
  std::uint32_t control_word_ = 0;
  Cycles changed_at_ = 0;
};

}  // namespace

std::optional<std::string> too_few_wait_states(const std::string& memory, const FlashSpec& flash,
                                               std::uint32_t wait_states, std::uint64_t clock_hz) {
  const auto& limits = flash.wait_state_limits_hz;
  if (wait_states >= limits.size() || clock_hz <= limits[wait_states]) return std::nullopt;
  return fmt::format(
      "{}: {} wait states are too few for {} Hz (at most {} Hz): the board would misread it",
      memory, wait_states, clock_hz, limits[wait_states]);
}

std::unique_ptr<PeripheralModel> make_flash_acr(memory::Art& art, unsigned latency_bits,
                                                FlashControl control) {
  return std::make_unique<FlashAcr>(art, latency_bits, std::move(control));
}

std::unique_ptr<PeripheralModel> make_vims_control(memory::Vims& vims, const VimsSpec& spec,
                                                   FlashControl control) {
  return std::make_unique<VimsControl>(vims, spec, std::move(control));
}

}  // namespace mcost::boards
