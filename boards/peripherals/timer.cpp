#include "boards/peripherals/timer.h"

#include <algorithm>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kCr1 = 0x00;
constexpr std::uint32_t kDier = 0x0C;
constexpr std::uint32_t kSr = 0x10;
constexpr std::uint32_t kEgr = 0x14;
constexpr std::uint32_t kCnt = 0x24;
constexpr std::uint32_t kPsc = 0x28;
constexpr std::uint32_t kArr = 0x2C;
// CR1
constexpr std::uint32_t kCen = 1u << 0;
constexpr std::uint32_t kUdis = 1u << 1;
constexpr std::uint32_t kUrs = 1u << 2;
constexpr std::uint32_t kOpm = 1u << 3;
constexpr std::uint32_t kDown = 1u << 4;
constexpr std::uint32_t kArpe = 1u << 7;
// SR, DIER, EGR bit 0
constexpr std::uint32_t kUpdate = 1u << 0;

class Timer final : public PeripheralModel {
 public:
  Timer(ClockDomain domain, const PeripheralSpec& spec, Clocks& clocks, engine::Engine& engine)
      : domain_(domain), spec_(spec), clocks_(clocks), engine_(engine) {
    for (const RegisterSpec& entry : spec.registers) {
      if (entry.offset_bytes == kArr) most_ = entry.reset;  // its width
    }
    clear();
    clocks.listen([this](Cycles now) {
      bring_up(now);
      cycles_per_tick_ = clocks_.core_cycles(domain_);
      schedule(now);
    });
  }
  ~Timer() override = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset == kCr1 || (offset >= kDier && offset <= kEgr) ||
           (offset >= kCnt && offset <= kArr);
  }
  void reset() override {
    disarm();
    clear();
  }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    bring_up(now);
    switch (offset) {
      case kCr1: return control_;
      case kSr: return (stored & ~kUpdate) | status_;
      case kEgr: return 0;
      case kCnt: return count_;
      case kPsc: return prescaler_preload_;
      case kArr: return reload_preload_;
      default: return stored;
    }
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    bring_up(now);
    switch (offset) {
      case kCr1:
        if ((value & kCen) != 0 && (control_ & kCen) == 0) last_tick_ = now;
        control_ = value;
        break;
      case kDier: interrupts_ = value; break;
      case kSr: status_ &= value; break;  // zeros clear
      case kEgr:
        if ((value & kUpdate) != 0) generate_update(now);
        break;
      case kCnt: count_ = value & most_; break;
      case kPsc: prescaler_preload_ = value & 0xFFFFu; break;
      case kArr:
        reload_preload_ = value & most_;
        if ((control_ & kArpe) == 0) reload_ = reload_preload_;
        break;
      default: return;
    }
    schedule(now);
  }

 private:
  void clear() {
    control_ = interrupts_ = status_ = count_ = prescaler_ = prescaler_preload_ = 0;
    reload_ = reload_preload_ = most_;
    cycles_per_tick_ = clocks_.core_cycles(domain_);
  }
  [[nodiscard]] bool running() const { return (control_ & kCen) != 0 && reload_ != 0; }
  [[nodiscard]] Cycles cycles_per_count() const {
    return Cycles{cycles_per_tick_} * (Cycles{prescaler_} + 1);
  }
  [[nodiscard]] bool counts_down() const { return (control_ & kDown) != 0; }
  /// Counts until the next update event.
  [[nodiscard]] std::uint64_t counts_to_update() const {
    if (counts_down()) return std::uint64_t{count_} + 1;
    if (count_ > reload_) return std::uint64_t{most_} - count_ + 1 + reload_ + 1;
    return std::uint64_t{reload_} - count_ + 1;
  }

  /// The counter as it is at `now`; updates that came by are noted.
  void bring_up(Cycles now) {
    while (running()) {
      const std::uint64_t counts = (now - last_tick_) / cycles_per_count();
      const std::uint64_t to_update = counts_to_update();
      if (counts < to_update) {
        last_tick_ += counts * cycles_per_count();
        const auto steps = static_cast<std::uint32_t>(counts);
        count_ = (counts_down() ? count_ - steps : count_ + steps) & most_;
        return;
      }
      last_tick_ += to_update * cycles_per_count();
      count_ = counts_down() ? reload_ : 0;
      update(true);
      skip_periods(now);
    }
    last_tick_ = now;
  }
  /// Whole periods leave everything as the first did.
  void skip_periods(Cycles now) {
    if (!running()) return;
    const Cycles period = (Cycles{reload_} + 1) * cycles_per_count();
    last_tick_ += (now - last_tick_) / period * period;
  }

  void update(bool overflow) {
    if ((control_ & kUdis) != 0) return;
    prescaler_ = prescaler_preload_;
    reload_ = reload_preload_;
    if (overflow || (control_ & kUrs) == 0) {
      status_ |= kUpdate;
      if ((interrupts_ & kUpdate) != 0 && spec_.interrupt) {
        engine_.exceptions().pend(engine::kFirstInterrupt + *spec_.interrupt);
      }
    }
    if (overflow && (control_ & kOpm) != 0) control_ &= ~kCen;
  }
  void generate_update(Cycles now) {
    update(false);
    count_ = counts_down() ? reload_ : 0;
    last_tick_ = now;
  }

  /// Only interrupts are events, so that a timer without them cannot keep a program from being
  /// idle.
  void schedule(Cycles now) {
    disarm();
    const bool interrupts = (interrupts_ & kUpdate) != 0 && spec_.interrupt.has_value();
    if (!interrupts) return;
    if ((status_ & kUpdate) != 0) {
      engine_.exceptions().pend(engine::kFirstInterrupt + *spec_.interrupt);
    }
    if (!running()) return;
    armed_ = true;
    const Cycles when = last_tick_ + counts_to_update() * cycles_per_count();
    event_ = engine_.scheduler().schedule(std::max(when, now), [this](Cycles due) {
      armed_ = false;
      bring_up(due);
      schedule(due);
    });
  }
  void disarm() {
    if (armed_) engine_.scheduler().cancel(event_);
    armed_ = false;
  }

  ClockDomain domain_;
  PeripheralSpec spec_;
  Clocks& clocks_;
  engine::Engine& engine_;
  std::uint32_t most_ = 0xFFFF;
  std::uint32_t control_ = 0;
  std::uint32_t interrupts_ = 0;
  std::uint32_t status_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t prescaler_ = 0;
  std::uint32_t prescaler_preload_ = 0;
  std::uint32_t reload_ = 0xFFFF;
  std::uint32_t reload_preload_ = 0xFFFF;
  std::uint32_t cycles_per_tick_ = 1;
  Cycles last_tick_ = 0;  // when the counter last changed
  bool armed_ = false;
  engine::Scheduler::Id event_{};
};

}  // namespace

std::unique_ptr<PeripheralModel> make_timer(std::string_view type, const PeripheralSpec& spec,
                                            Clocks& clocks, engine::Engine& engine) {
  if (type == "timer_stm32_apb1") {
    return std::make_unique<Timer>(ClockDomain::timers1, spec, clocks, engine);
  }
  if (type == "timer_stm32_apb2") {
    return std::make_unique<Timer>(ClockDomain::timers2, spec, clocks, engine);
  }
  return nullptr;
}

}  // namespace mcost::boards
