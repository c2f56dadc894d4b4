#include "boards/sd_setup.h"

#include <utility>

#include "boards/peripherals/sd_image.h"

namespace mcost::boards {

std::unique_ptr<SdCard> make_sd_card(const DeviceSpec& device,
                                     const std::optional<std::string>& sd_option,
                                     const Clocks& clocks) {
  const auto& card = std::get<SdCardSpec>(device.kind);
  const std::string& file = sd_option ? *sd_option : card.image;
  if (file.empty()) return nullptr;
  const std::string key = "devices." + device.name + ".image";
  const std::string& at = card.image_at.text;
  auto image = std::make_unique<SdImage>(file, card.size_bytes, card.image_writable,
                                         sd_option    ? "--sd " + file
                                         : at.empty() ? key
                                                      : at + ": " + key);
  return std::make_unique<SdCard>(std::move(image), [&clocks, &card] {
    const auto time = [&clocks](std::uint64_t ns) { return SdTime{ns, clocks.cycles_of_ns(ns)}; };
    return SdTimes{.initialise = time(card.initialise_ns),
                   .access = time(card.access_ns),
                   .next_access = time(card.next_access_ns),
                   .program = time(card.program_ns),
                   .stream_program = time(card.stream_program_ns),
                   .stream_pause = time(card.stream_pause_ns)};
  });
}

}  // namespace mcost::boards
