// From a board's card in a slot to its model. Private to mcost_machine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "boards/board_spec.h"
#include "boards/clocks.h"
#include "boards/peripherals/sd_card.h"

namespace mcost::boards {

/// The card with the image that --sd names, else that of the board; null if neither names one. Its
/// times follow `clocks`. Errors: ConfigError if the image cannot be used.
[[nodiscard]] std::unique_ptr<SdCard> make_sd_card(const DeviceSpec& device,
                                                   const std::optional<std::string>& sd_option,
                                                   const Clocks& clocks);

}  // namespace mcost::boards
