#include "boards/peripherals/icache_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim_core/base/bits.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {
namespace {

enum Register : std::uint32_t {
  kCr = 0x00,
  kSr = 0x04,
  kIer = 0x08,
  kFcr = 0x0C,
  kHmonr = 0x10,
  kMmonr = 0x14,
  kFirstRemap = 0x20,
  kLastRemap = 0x2C,
};
enum ControlBit : unsigned {
  kEnable,
  kInvalidate,
  kTwoWays,
  kHitMonitor = 16,
  kMissMonitor,
  kHitReset,
  kMissReset,
};
constexpr std::uint32_t kBusy = 1u << 0;
constexpr std::uint32_t kBusyEnd = 1u << 1;    // in SR, IER and FCR alike
constexpr std::uint32_t kMostMisses = 0xFFFF;  // MMONR has 16 bits
constexpr std::uint32_t kRemapEnable = 1u << 15;

class IcacheControl final : public PeripheralModel {
 public:
  IcacheControl(memory::Icache& icache, const IcacheL5Spec& spec, FlashControl control)
      : icache_(icache),
        spec_(spec),
        control_(std::move(control)),
        initial_(icache.parameters()),
        control_word_(initial_control()) {}

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset <= kMmonr || (offset >= kFirstRemap && offset <= kLastRemap);
  }

  /// Back to the state the run started in; the part empties the cache at reset.
  void reset() override {
    icache_.enable(initial_.enabled);
    icache_.set_ways(initial_.ways);
    icache_.count_hits(false);
    control_word_ = initial_control();
    flags_ = enabled_interrupts_ = 0;
    hits_ = misses_ = {};
    busy_until_ = from_reset_ ? control_.engine->now() + spec_.invalidate_cycles : 0;
    control_.timing_changed();
  }

  void start_from(std::uint32_t offset, std::uint32_t value) override {
    if (offset != kCr) return;
    from_reset_ = true;
    follow(value);
    initial_ = icache_.parameters();
    busy_until_ = spec_.invalidate_cycles;
  }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    switch (offset) {
      case kCr: return stored & ~bits_of({kInvalidate, kHitReset, kMissReset});
      case kSr: return now < busy_until_ ? flags_ | kBusy : flags_;
      case kFcr: return 0;
      case kHmonr: return static_cast<std::uint32_t>(hits_.value(icache_.hits()));
      case kMmonr:
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(misses_.value(icache_.misses()), kMostMisses));
      default: return stored;
    }
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    if (offset == kCr) write_control(value, now);
    if (offset == kFcr) flags_ &= ~(value & kBusyEnd);
    if (offset == kIer) enabled_interrupts_ = value & kBusyEnd;
    if (offset == kFcr || offset == kIer) signal();
    if (offset >= kFirstRemap && offset <= kLastRemap && (value & kRemapEnable) != 0) {
      control_.note(fmt::format(
          "ICACHE_CRR{} enables a remapped region: it is not modelled, its addresses answer as "
          "without it",
          (offset - kFirstRemap) / 4));
    }
  }

 private:
  /// Counts from when it was switched on or cleared.
  struct Monitor {
    std::uint64_t kept = 0;
    std::uint64_t since = 0;
    bool on = false;
    [[nodiscard]] std::uint64_t value(std::uint64_t now) const {
      return on ? kept + (now - since) : kept;
    }
    void set(bool enabled, bool cleared, std::uint64_t now) {
      kept = cleared ? 0 : value(now);
      since = now;
      on = enabled;
    }
  };

  [[nodiscard]] std::uint32_t initial_control() const {
    return (initial_.enabled ? bits_of({kEnable}) : 0) |
           (initial_.ways == 1 ? 0 : bits_of({kTwoWays}));
  }
  static std::uint32_t bits_of(std::initializer_list<ControlBit> list) {
    std::uint32_t word = 0;
    for (const ControlBit number : list) word |= 1u << number;
    return word;
  }
  [[nodiscard]] bool pinned(const char* key) const {
    return control_.pinned->contains("memories." + control_.memory + ".accelerator." + key);
  }

  void write_control(std::uint32_t value, Cycles now) {
    const bool was_enabled = bit(control_word_, kEnable);
    follow(value);
    // Switching off empties it, too.  Source: stm32l5xx_hal_icache.c, HAL_ICACHE_Disable.
    if (bit(value, kInvalidate) || (was_enabled && !bit(value, kEnable))) start_invalidation(now);
    hits_.set(bit(value, kHitMonitor), bit(value, kHitReset), icache_.hits());
    misses_.set(bit(value, kMissMonitor), bit(value, kMissReset), icache_.misses());
    icache_.count_hits(bit(value, kHitMonitor));
    control_.setting(
        "ICACHE_CR",
        fmt::format("firmware set ICACHE_CR to 0x{:08X}: ICACHE {}, {} way{}", value,
                    icache_.parameters().enabled ? "on" : "off", icache_.parameters().ways,
                    icache_.parameters().ways == 1 ? "" : "s"));
    control_.timing_changed();
  }

  void follow(std::uint32_t value) {
    control_word_ = value;
    if (!pinned("enabled")) icache_.enable(bit(value, kEnable));
    // WAYSEL can be written only while the cache is off.
    const std::uint32_t ways = bit(value, kTwoWays) ? 2 : 1;
    if (!pinned("ways") && !icache_.parameters().enabled && ways != icache_.parameters().ways)
      icache_.set_ways(ways);
  }

  void start_invalidation(Cycles now) {
    icache_.invalidate();
    busy_until_ = now + spec_.invalidate_cycles;
    control_.engine->scheduler().schedule(busy_until_, [this, end = busy_until_](Cycles) {
      if (end != busy_until_) return;
      flags_ |= kBusyEnd;
      signal();
    });
  }

  void signal() const {
    if (control_.interrupt) control_.interrupt((flags_ & enabled_interrupts_) != 0);
  }

  memory::Icache& icache_;
  IcacheL5Spec spec_;
  FlashControl control_;
  memory::IcacheParameters initial_;
  std::uint32_t control_word_ = 0;
  std::uint32_t flags_ = 0;
  std::uint32_t enabled_interrupts_ = 0;
  Monitor hits_;
  Monitor misses_;
  Cycles busy_until_ = 0;
  bool from_reset_ = false;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_icache_control(memory::Icache& icache,
                                                     const IcacheL5Spec& spec,
                                                     FlashControl control) {
  return std::make_unique<IcacheControl>(icache, spec, std::move(control));
}

}  // namespace mcost::boards
