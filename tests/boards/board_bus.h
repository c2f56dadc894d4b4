// A shipped board whose peripherals a test drives over the bus, as firmware and DMA would, without
// a core that runs.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "boards/machine.h"
#include "boards/spec_reader.h"

namespace mcost::test {

class BoardBus : public testing::Test {
 protected:
  void make(const std::string& board, const std::vector<std::string>& overrides = {}) {
    make(boards::read_board(board, {}, overrides));
  }
  void make(boards::BoardSpec spec, boards::MachineOptions options = {}) {
    machine_ = std::make_unique<boards::Machine>(std::move(spec), std::move(options));
    now_ = 10;
  }
  void write(Address address, std::uint32_t value, std::uint8_t size_bytes = 4) {
    const bus::Region& region = *bus().find(address);
    bus().interconnect.advance_to(now_);
    region.device->write(
        {region.device_offset + (address - region.base), size_bytes, now_, 0, true}, value);
  }
  [[nodiscard]] std::uint32_t read(Address address, std::uint8_t size_bytes = 4) {
    const bus::Region& region = *bus().find(address);
    bus().interconnect.advance_to(now_);
    return region.device->read(
        {region.device_offset + (address - region.base), size_bytes, now_, 0, true});
  }
  /// Lets time pass, events included.
  void pass(Cycles cycles) {
    const Cycles end = now_ + cycles;
    engine::Scheduler& scheduler = machine_->engine().scheduler();
    while (scheduler.next_due() <= end) scheduler.run_due(scheduler.next_due());
    bus().interconnect.advance_to(end);
    scheduler.run_due(end);
    now_ = end;
  }
  void put(Address address, const std::vector<std::uint8_t>& bytes) {
    ASSERT_TRUE(machine_->engine().write_memory(address, bytes.data(), bytes.size()));
  }
  [[nodiscard]] std::vector<std::uint8_t> get(Address address, std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    EXPECT_TRUE(machine_->engine().read_memory(address, bytes.data(), size));
    return bytes;
  }
  [[nodiscard]] static std::vector<std::uint8_t> counting(std::size_t size, unsigned from = 1) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(from + i * 7);
    return bytes;
  }
  /// "dma2 stream 0 10-500 0x20000000>0x20030000 400 complete" of each transfer that was logged.
  [[nodiscard]] std::vector<std::string> transfers() {
    std::vector<std::string> list;
    for (const DmaTransfer& transfer : machine_->dma_log().transfers(now_).list) {
      list.push_back(fmt::format("{} {}-{} 0x{:08x}>0x{:08x} {} {}", transfer.channel,
                                 transfer.begin, transfer.end, transfer.from, transfer.to,
                                 transfer.bytes,
                                 kDmaEndingNames[static_cast<unsigned>(transfer.ending)]));
    }
    return list;
  }
  /// Of a card or another device that is no memory.
  [[nodiscard]] std::uint64_t count(const std::string& name) {
    for (const bus::CounterSource* source : bus().counter_sources) {
      for (const auto& counter : source->counters()) {
        if (counter.name == name) return counter.value;
      }
    }
    ADD_FAILURE() << name;
    return 0;
  }
  [[nodiscard]] bool pending(unsigned interrupt) {
    return machine_->engine().exceptions().is_pending(engine::kFirstInterrupt + interrupt);
  }
  [[nodiscard]] bus::SystemBus& bus() { return machine_->engine().bus(); }

  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  std::unique_ptr<boards::Machine> machine_;
  Cycles now_ = 0;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

}  // namespace mcost::test
