// STM32 RNG: a deterministic sequence, so that runs repeat; DRDY falls with each number read and
// rises 40 cycles of the RNG's clock later, counted at HCLK. Source: boards-and-memories
// facts 14.8.
#pragma once

#include <cstdint>
#include <memory>

#include "boards/clocks.h"
#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// Numbers depend on `seed` alone.
std::unique_ptr<PeripheralModel> make_random_generator(std::uint64_t seed, const Clocks& clocks);

}  // namespace mcost::boards
