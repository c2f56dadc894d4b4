#include "boards/peripherals/random_generator.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kCr = 0x00;
constexpr std::uint32_t kSr = 0x04;
constexpr std::uint32_t kDr = 0x08;
constexpr unsigned kEnable = 2;  // CR.RNGEN
constexpr std::uint32_t kNumberCycles = 40;

class RandomGenerator final : public PeripheralModel {
 public:
  RandomGenerator(std::uint64_t seed, const Clocks& clocks)
      : seed_(seed), state_(seed), clocks_(clocks) {}
  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset <= kDr; }
  void reset() override {
    state_ = seed_;
    enabled_ = false;
  }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    const bool ready = enabled_ && now >= ready_at_;
    if (offset == kSr) return ready ? 1 : 0;
    if (offset != kDr) return stored;
    if (!ready) return 0;
    start(now);
    return next();
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    if (offset != kCr) return;
    if (bit(value, kEnable) && !enabled_) start(now);
    enabled_ = bit(value, kEnable);
  }

 private:
  void start(Cycles now) {
    ready_at_ = now + Cycles{kNumberCycles} * clocks_.core_cycles(ClockDomain::hclk);
  }
  /// splitmix64, its high word.
  std::uint32_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return static_cast<std::uint32_t>((z ^ z >> 31) >> 32);
  }

  std::uint64_t seed_;
  std::uint64_t state_;
  const Clocks& clocks_;
  bool enabled_ = false;
  Cycles ready_at_ = 0;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_random_generator(std::uint64_t seed, const Clocks& clocks) {
  return std::make_unique<RandomGenerator>(seed, clocks);
}

}  // namespace mcost::boards
