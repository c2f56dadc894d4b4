#include "boards/peripherals/flash_interface.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "boards/peripherals/flash_families.h"
#include "boards/peripherals/flash_program.h"
#include "boards/peripherals/icache_control.h"
#include "memory_models/vims.h"
#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

class FlashInterface final : public PeripheralModel {
 public:
  FlashInterface(const FlashFamily& family, const PeripheralSpec& peripheral, FlashControl control)
      : family_(family),
        control_(std::move(control)),
        initial_(settings()),
        reset_latency_(latency_in(reset_value(peripheral, 0))),
        latency_(reset_latency_) {
    if (family.program != nullptr && control_.engine != nullptr) add_programmer(peripheral);
  }
  FlashInterface(const FlashInterface&) = delete;
  FlashInterface& operator=(const FlashInterface&) = delete;
  ~FlashInterface() override {
    if (programmer_) memory().store_taker = nullptr;
  }

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset == 0 || (programmer_ && programmer_->models(offset));
  }

  /// Back to the state the run started in.
  void reset() override {
    if (control_.timing != nullptr) {
      control_.timing->set(initial_);
      control_.timing->clear_icache();
      control_.timing->clear_dcache();
    }
    if (programmer_) programmer_->reset();
    latency_ = reset_latency_;
    latency_follows_ = from_reset_;
    control_.timing_changed();
  }
  void start_from(std::uint32_t offset, std::uint32_t value) override {
    if (offset != 0) return;
    from_reset_ = latency_follows_ = true;
    follow(value);
    initial_ = settings();
  }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles) override {
    if (programmer_ && programmer_->models(offset)) return programmer_->read(offset);
    if (offset != 0) return stored;
    const AcrFields& fields = family_.fields;
    const bool status = fields.prefetch_status >= 0 && has(stored, fields.prefetch);
    return (stored & family_.implemented) | (status ? 1u << fields.prefetch_status : 0u);
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    if (programmer_ && programmer_->models(offset)) programmer_->write(offset, value, now);
    if (offset != 0) return;
    // HAL_Init sets enables and writes LATENCY back as it read it: that is no choice of wait
    // states, and the run state keeps its own.
    latency_follows_ = latency_follows_ || latency_in(value) != latency_;
    latency_ = latency_in(value);
    follow(value);
    // The arrays are cleared only while disabled.  Source: RM0090, FLASH_ACR.
    const AcrFields& fields = family_.fields;
    if (control_.timing != nullptr) {
      if (has(value, fields.clear_icache) && !has(value, fields.icache))
        control_.timing->clear_icache();
      if (has(value, fields.clear_dcache) && !has(value, fields.dcache))
        control_.timing->clear_dcache();
    }
    describe(value);
    control_.timing_changed();
  }

 private:
  static std::uint32_t reset_value(const PeripheralSpec& peripheral, std::uint32_t offset) {
    for (const RegisterSpec& entry : peripheral.registers) {
      if (entry.offset_bytes == offset) return entry.reset;
    }
    return 0;
  }
  [[nodiscard]] bus::Memory& memory() const {
    return control_.engine->bus().memories[control_.memory_index];
  }
  void add_programmer(const PeripheralSpec& peripheral) {
    FlashArray array;
    array.engine = control_.engine;
    array.memory = control_.memory_index;
    array.size_bytes = static_cast<std::uint32_t>(memory().bytes.size());
    array.banks = control_.flash->banks;
    array.cycles_of_ns = control_.cycles_of_ns;
    array.interrupt = control_.interrupt;
    array.note = control_.note;
    programmer_ = std::make_unique<FlashProgrammer>(
        *family_.program, reset_value(peripheral, family_.program->control), std::move(array));
    memory().store_taker = programmer_.get();
  }
  static bool has(std::uint32_t value, int number) {
    return number >= 0 && bit(value, static_cast<unsigned>(number));
  }
  [[nodiscard]] std::uint32_t latency_in(std::uint32_t value) const {
    return family_.latency_bits == 0 ? 0 : bits(value, family_.latency_bits - 1, 0);
  }
  [[nodiscard]] memory::FlashSettings settings() const {
    return control_.timing == nullptr ? memory::FlashSettings{} : control_.timing->settings();
  }
  [[nodiscard]] bool pinned(const std::string& key) const {
    return control_.pinned->contains("memories." + control_.memory + "." + key);
  }
  void follow(std::uint32_t value) {
    if (control_.timing == nullptr) return;
    const AcrFields& fields = family_.fields;
    memory::FlashSettings next = settings();
    if (family_.latency_bits != 0 && !pinned("wait_states") && latency_follows_)
      next.wait_states = latency_in(value);
    const auto switch_by = [&](bool& enabled, int number, const char* key) {
      if (number >= 0 && !pinned(std::string("accelerator.") + key)) enabled = has(value, number);
    };
    switch_by(next.prefetch, fields.prefetch, "prefetch_enabled");
    switch_by(next.icache, fields.icache, family_.icache_key);
    switch_by(next.dcache, fields.dcache, "dcache_enabled");
    control_.timing->set(next);
  }
  void describe(std::uint32_t value) const {
    if (control_.timing == nullptr) return;
    const memory::FlashSettings now = settings();
    const auto too_few =
        too_few_wait_states(control_.memory, *control_.flash, now.wait_states, control_.clock_hz());
    if (too_few) control_.note(*too_few);
    const auto kept = [&](const std::string& key) { return pinned(key) ? " (by --set)" : ""; };
    std::string text =
        fmt::format("firmware set FLASH_ACR to 0x{:08X}: {} wait state{}{}", value, now.wait_states,
                    now.wait_states == 1 ? "" : "s", kept("wait_states"));
    const auto add = [&](int number, const char* name, bool enabled, const char* key) {
      if (number < 0) return;
      text += fmt::format(", {} {}{}", name, enabled ? "on" : "off",
                          kept(std::string("accelerator.") + key));
    };
    add(family_.fields.prefetch, "prefetch", now.prefetch, "prefetch_enabled");
    add(family_.fields.icache, family_.icache_name, now.icache, family_.icache_key);
    add(family_.fields.dcache, "data cache", now.dcache, "dcache_enabled");
    control_.setting("FLASH_ACR", text);
  }

  const FlashFamily& family_;
  FlashControl control_;
  std::unique_ptr<FlashProgrammer> programmer_;
  memory::FlashSettings initial_;
  std::uint32_t reset_latency_;
  bool from_reset_ = false;
  bool latency_follows_ = false;
  std::uint32_t latency_;  // as last written
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
    control_.setting("VIMS CTL",
                     fmt::format("firmware set VIMS CTL to 0x{:08X}: cache {}, code line buffer {}",
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

std::unique_ptr<PeripheralModel> make_flash_controller(const PeripheralSpec& peripheral,
                                                       FlashControl control) {
  if (peripheral.type == "vims") {
    auto* const vims = dynamic_cast<memory::Vims*>(control.timing);
    if (vims == nullptr) return nullptr;
    const auto& spec = std::get<VimsSpec>(control.flash->accelerator);
    return std::make_unique<VimsControl>(*vims, spec, std::move(control));
  }
  if (peripheral.type == "icache_l5") {
    auto* const icache = dynamic_cast<memory::Icache*>(control.timing);
    if (icache == nullptr) return nullptr;
    const auto& spec = std::get<IcacheL5Spec>(control.flash->accelerator);
    return make_icache_control(*icache, spec, std::move(control));
  }
  const FlashFamily* const family = flash_family_of(peripheral.type);
  if (family == nullptr) return nullptr;
  return std::make_unique<FlashInterface>(*family, peripheral, std::move(control));
}

}  // namespace mcost::boards
