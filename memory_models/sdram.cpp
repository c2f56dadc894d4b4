#include "memory_models/sdram.h"

#include <algorithm>
#include <limits>

#include "sim_core/base/bits.h"

namespace mcost::memory {
namespace {

constexpr std::uint32_t kWordBytes = 4;      // of the AHB and of a line of either FIFO
constexpr std::uint32_t kFifoHitHclk = 2;    // boards-and-memories facts 8.3
constexpr std::uint32_t kStoreHclk = 1;      // facts 8.4: 1 to 2
constexpr std::uint32_t kLongestBurst = 64;  // bytes: 16 beats
constexpr Cycles kNever = std::numeric_limits<Cycles>::max();

}  // namespace

void Sdram::set_parameters(const SdramParameters& parameters, Cycles now) {
  const Cycles period = sdclk(parameters_.refresh);
  parameters_ = parameters;
  sdclk_ = Cycles{parameters.hclk_per_sdclk} * parameters.core_per_hclk;
  banks_ = {};
  read_fifo_ = {};
  if (next_refresh_ != 0 && sdclk(parameters.refresh) == period) return;
  const Cycles from = std::max(now, free_);
  next_refresh_ = parameters.refresh == 0 ? kNever : from + sdclk(parameters.refresh);
}

/// Source: boards-and-memories facts 8.2: bank, row, column from the top.
Sdram::Bank& Sdram::bank_of(std::uint32_t word) {
  return banks_[word >> (parameters_.row_bits + parameters_.column_bits) & (parameters_.banks - 1)];
}

/// When the memory takes a request that comes in `now`: behind what it is doing and an auto refresh
/// that is due by then. One refresh at most is owed.  Source: facts 8.2.
Cycles Sdram::start_of(Cycles now) {
  Cycles start = std::max(now, free_);
  const Cycles period = sdclk(parameters_.refresh);
  while (next_refresh_ <= start) {
    if (free_ <= next_refresh_) {  // those long past leave no more behind than the last
      const Cycles passed = (start - next_refresh_) / period;
      refreshes_ += passed;
      busy_ += passed * sdclk(parameters_.trp + parameters_.trc);
      next_refresh_ += passed * period;
    }
    const Cycles begin = std::max(next_refresh_, free_);
    free_ = begin + sdclk(parameters_.trp + parameters_.trc);
    next_refresh_ += ((free_ - next_refresh_) / period + 1) * period;
    ++refreshes_;
    busy_ += free_ - begin;
    for (Bank& bank : banks_) bank.is_open = false;
    read_fifo_ = {};
    start = std::max(now, free_);
  }
  return start;
}

/// When a read or write command to the row of `word` may go out, if commands may from `start` on.
Cycles Sdram::open_row(std::uint32_t word, Cycles start) {
  Bank& bank = bank_of(word);
  const std::uint32_t row = bits(word >> parameters_.column_bits, parameters_.row_bits - 1, 0);
  if (bank.is_open && bank.row == row) {
    ++row_hits_;
    return start;
  }
  ++(bank.is_open ? row_conflicts_ : row_misses_);
  Cycles activate = start;
  if (bank.is_open) activate = std::max(start, bank.precharge_from) + sdclk(parameters_.trp);
  activate = std::max(activate, bank.activate_from);
  bank.is_open = true;
  bank.row = row;
  bank.activate_from = activate + sdclk(parameters_.trc);
  bank.precharge_from = activate + sdclk(parameters_.tras);
  return activate + sdclk(parameters_.trcd);
}

Response Sdram::transfer(const Request& request) {
  if (!ready_) ++early_uses_;
  return request.kind == bus::AccessKind::write ? write(request) : read(request);
}

/// Words `first` to `last` have been read. During the CAS latency the controller goes on reading:
/// so many words more.  Source: facts 8.3.
std::uint32_t Sdram::read_ahead_of(std::uint32_t first, std::uint32_t last, Cycles answered) {
  read_fifo_ = {};
  if (!parameters_.read_ahead) return 0;
  const std::uint32_t in_row = (last | ((1u << parameters_.column_bits) - 1)) - last;
  const std::uint32_t ahead =
      std::min({parameters_.cas + 1 + parameters_.read_pipe_hclk / 2, in_row, kReadFifoWords - 1});
  read_fifo_.first = std::max(first, last + 1 - std::min(last + 1, kReadFifoWords - ahead));
  read_fifo_.arrived = last + 1 - read_fifo_.first;
  read_fifo_.count = read_fifo_.arrived + ahead;
  read_fifo_.answered = answered;
  return ahead;
}

Response Sdram::read(const Request& request) {
  const std::uint32_t size = std::max(request.size_bytes, parameters_.bus_bytes);
  const std::uint32_t block = request.offset / size * size / parameters_.bus_bytes;
  const std::uint32_t words = size / parameters_.bus_bytes;
  const std::uint32_t wanted = request.offset / parameters_.bus_bytes - block;
  const auto bus_words = [&](std::uint32_t bytes) {
    return std::max(1u, std::min(size, bytes) / parameters_.bus_bytes);
  };
  const std::uint32_t in_word = bus_words(kWordBytes);
  const std::uint32_t in_beat = bus_words(request.first_bytes);
  const auto word = [&](std::uint32_t i) { return block + (wanted + i) % words; };

  const Cycles start = start_of(request.now);
  std::uint32_t held = 0;
  Cycles from_fifo = start + hclk(kFifoHitHclk);
  Cycles first_from_fifo = from_fifo;
  while (held < words && read_fifo_.holds(word(held))) {
    from_fifo = std::max(from_fifo, read_fifo_.arrival(word(held), sdclk_));
    if (++held == in_beat) first_from_fifo = from_fifo + hclk(in_beat / in_word - 1);
  }
  Response response;
  if (held == words) {
    ++fifo_hits_;
    response.first = first_from_fifo;
    response.last = std::max(from_fifo, response.first + hclk((words - in_beat) / in_word));
    free_ = response.last;
    return response;
  }
  const Cycles ready = start + hclk(parameters_.command_hclk);
  const Cycles command = open_row(word(held), ready);
  const auto answer = [&](std::uint32_t words_read) {
    return command + sdclk(parameters_.cas + words_read) +
           hclk(parameters_.read_pipe_hclk + parameters_.data_hclk);
  };
  response.first = held >= in_beat ? first_from_fifo : answer(in_beat - held);
  response.last = std::max(response.first, answer(words - held));
  const std::uint32_t ahead = read_ahead_of(block, block + words - 1, response.last);
  bytes_read_ += std::uint64_t{words - held + ahead} * parameters_.bus_bytes;
  busy_ += response.last - start;
  free_ = response.last;
  return response;
}

/// Puts one word into the write FIFO, from where it goes to the memory in its turn. Returns when
/// the initiator may go on.  Source: facts 8.4.
Cycles Sdram::queue_word(std::uint32_t offset, std::uint32_t size_bytes, Cycles now) {
  Cycles& drained = drained_[oldest_];  // of the entry that has to leave first
  oldest_ = (oldest_ + 1) % kWriteFifoWords;
  const Cycles accepted = std::max(now, drained) + hclk(kStoreHclk);
  const Cycles start = start_of(accepted);
  const std::uint32_t word = offset / parameters_.bus_bytes;
  const std::uint32_t beats = std::max(1u, size_bytes / parameters_.bus_bytes);
  free_ = open_row(word, start) + sdclk(beats);
  Bank& bank = bank_of(word);
  bank.precharge_from = std::max(bank.precharge_from, free_ + sdclk(parameters_.twr));
  busy_ += free_ - start;
  bytes_written_ += std::uint64_t{beats} * parameters_.bus_bytes;
  drained = free_;
  return accepted;
}

Response Sdram::write(const Request& request) {
  read_fifo_ = {};
  const std::uint32_t size = std::max(request.size_bytes, 1u);
  const std::uint32_t block = request.offset / size * size;
  Cycles now = request.now;
  for (std::uint32_t done = 0; done < size; done += kWordBytes) {
    const std::uint32_t offset = block + (request.offset - block + done) % size;
    now = queue_word(offset, std::min(size, kWordBytes), now);
  }
  return {now, now};
}

std::uint32_t Sdram::most_cycles() const {
  const SdramParameters& p = parameters_;
  const std::uint32_t new_row = p.twr + p.trp + p.trcd + std::max(p.tras, p.trc);
  const std::uint32_t drain = kWriteFifoWords * (new_row + std::max(1u, kWordBytes / p.bus_bytes));
  const std::uint32_t read = new_row + p.cas + 1 + kLongestBurst / p.bus_bytes;
  const std::uint32_t owed =
      p.refresh == 0 ? 0 : std::min(kWriteFifoWords + 1, (drain + read) / p.refresh + 2);
  const std::uint32_t sync =
      p.command_hclk + p.read_pipe_hclk + p.data_hclk + kWriteFifoWords * kStoreHclk;
  return static_cast<std::uint32_t>(sdclk(drain + read + owed * (p.trp + p.trc)) + hclk(sync));
}

std::vector<bus::MemoryModel::Counter> Sdram::counters() const {
  return {{"row_hits", row_hits_},
          {"row_misses", row_misses_},
          {"row_conflicts", row_conflicts_},
          {"refreshes", refreshes_},
          {"fifo_hits", fifo_hits_},
          {"busy_cycles", busy_},
          {"activates", row_misses_ + row_conflicts_},
          {"device_read_bytes", bytes_read_},
          {"device_write_bytes", bytes_written_}};
}

}  // namespace mcost::memory
