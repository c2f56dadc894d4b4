#include "cli/backtrace.h"

#include <algorithm>
#include <optional>

#include "cli/return_point.h"

namespace mcost::cli {
namespace {

constexpr std::uint32_t kScanBytes = 4096;
constexpr std::uint32_t kOverflowBytes = 65536;  // how far below a memory SP is still its stack's
constexpr std::uint32_t kThumb = 1u << 24;       // of xPSR

/// Source: ARMv7-M ARM B1.5.8, EXC_RETURN with and without FP registers.
bool is_exc_return(std::uint32_t word) {
  constexpr std::array<std::uint32_t, 6> kValues = {0xFFFFFFF1, 0xFFFFFFF9, 0xFFFFFFFD,
                                                    0xFFFFFFE1, 0xFFFFFFE9, 0xFFFFFFED};
  return std::find(kValues.begin(), kValues.end(), word) != kValues.end();
}

class Backtrace {
 public:
  Backtrace(Places& places, const CoreView& core) : places_(places), core_(core) {}

  std::vector<StackFrame> from(const std::array<std::uint32_t, 16>& registers) {
    const std::uint32_t link = registers[14];
    std::uint32_t sp = registers[13] & ~3u;
    if (is_exc_return(link)) {
      // A handler that has called nothing: the frame is at SP, or above its local variables.
      const auto frame = frame_near(link, sp);
      if (frame) sp = interrupted(*frame, frame->at == sp);
    } else {
      caller(link, registers[15], true);
    }
    scan(first_readable(sp));
    return std::move(frames_);
  }

 private:
  struct Frame : ExceptionFrame {
    std::uint32_t at = 0;
  };

  void add(Address address, bool certain) {
    frames_.push_back({places_.place_with_line(address), certain});
  }

  /// LR in a function that has not called anything yet is the return address; later it may be
  /// stale, but then it points into the function itself, behind a call of another one.
  void caller(std::uint32_t link, Address pc, bool certain) {
    const auto call = places_.call_before(link);
    if (!call) return;
    const loader::Function* const here = places_.function(pc);
    if (here == nullptr || places_.function(call->address) != here) {
      add(call->address, certain);
    } else if (call->target == here->address) {
      add(call->address, false);  // recursion, now or a while ago
    } else {
      return;
    }
    link_copy_ = call->address;
  }

  /// The frame that `exc_return` unstacks, if what is at `at` can be one.
  std::optional<Frame> frame_at(std::uint32_t exc_return, std::uint32_t at) const {
    const auto frame = read_exception_frame(exc_return, at, core_);
    std::uint32_t xpsr = 0;
    const std::uint32_t base = (exc_return & 4u) != 0 ? core_.process_stack_pointer() : at;
    if (!frame || !core_.read_word(base + 0x1C, xpsr)) return std::nullopt;
    if ((xpsr & kThumb) == 0 || !places_.is_code(frame->pc)) return std::nullopt;
    Frame found;
    static_cast<ExceptionFrame&>(found) = *frame;
    found.at = at;
    return found;
  }

  std::optional<Frame> frame_near(std::uint32_t exc_return, std::uint32_t sp) const {
    constexpr std::uint32_t kMostLocals = 1024;
    for (std::uint32_t offset = 0; offset < kMostLocals; offset += 4) {
      const auto frame = frame_at(exc_return, sp + offset);
      if (frame) return frame;
    }
    return std::nullopt;
  }

  /// Lists the instruction that an exception interrupted and the caller in its LR. Returns the
  /// stack pointer it had.
  std::uint32_t interrupted(const Frame& frame, bool certain) {
    add(frame.pc, certain);
    caller(frame.lr, frame.pc, certain);
    return frame.sp;
  }

  std::uint32_t first_readable(std::uint32_t sp) const {
    std::uint32_t word = 0;
    for (std::uint32_t offset = 0; offset < kOverflowBytes; offset += 4) {
      if (core_.read_word(sp + offset, word)) return sp + offset;
    }
    return sp;
  }

  void scan(std::uint32_t sp) {
    std::uint32_t end = sp + kScanBytes;
    while (sp != end && frames_.size() < kMostFrames) {
      std::uint32_t word = 0;
      if (!core_.read_word(sp, word)) return;
      sp += 4;
      if (is_exc_return(word)) {
        const auto frame = frame_at(word, sp);  // LR was pushed first, on top of the frame
        if (!frame) continue;
        sp = interrupted(*frame, false);
        end = sp + kScanBytes;
        continue;
      }
      const auto call = places_.call_before(word);
      if (!call) continue;
      const bool is_copy = link_copy_ == call->address;
      link_copy_.reset();
      if (!is_copy) add(call->address, false);
    }
  }

  Places& places_;
  const CoreView& core_;
  std::vector<StackFrame> frames_;
  std::optional<Address> link_copy_;  // LR is listed: the first saved copy of it is not
};

}  // namespace

std::vector<StackFrame> backtrace(Places& places, const std::array<std::uint32_t, 16>& registers,
                                  const CoreView& core) {
  return Backtrace(places, core).from(registers);
}

}  // namespace mcost::cli
