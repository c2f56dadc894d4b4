// A number that stands for a state: equal states have equal ones, others hardly ever. Depends on
// nothing.
#pragma once

#include <cstdint>

namespace mcost {

class Signature {
 public:
  template <class... Values>
  void add(Values... values) {
    (mix(static_cast<std::uint64_t>(values)), ...);
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t word) {
    value_ = (value_ ^ word) * 0x9E3779B97F4A7C15u;
    value_ ^= value_ >> 29;
  }
  std::uint64_t value_ = 0xCBF29CE484222325u;
};

}  // namespace mcost
