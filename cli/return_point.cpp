#include "cli/return_point.h"

namespace mcost::cli {
namespace {

constexpr unsigned kSp = 13;
constexpr std::uint32_t kLinkAfterReset = 0xFFFFFFFFu;  // ARMv7-M ARM B1.5.5, TakeReset

}  // namespace

std::optional<ExceptionFrame> read_exception_frame(std::uint32_t exc_return, std::uint32_t sp,
                                                   const CoreView& core) {
  constexpr std::uint32_t kBasicFrame = 0x20;
  constexpr std::uint32_t kExtendedFrame = 0x68;
  constexpr std::uint32_t kAligner = 1u << 9;
  ExceptionFrame frame;
  frame.process_stack = (exc_return & 4u) != 0;
  const std::uint32_t base = frame.process_stack ? core.process_stack_pointer() : sp;
  std::uint32_t pc = 0;
  std::uint32_t xpsr = 0;
  if (!core.read_word(base + 0x14, frame.lr) || !core.read_word(base + 0x18, pc) ||
      !core.read_word(base + 0x1C, xpsr)) {
    return std::nullopt;
  }
  frame.pc = pc & ~Address{1};
  frame.sp = base + ((exc_return & 0x10u) != 0 ? kBasicFrame : kExtendedFrame) +
             ((xpsr & kAligner) != 0 ? 4 : 0);
  return frame;
}

bool is_exception_return(std::uint32_t link) {
  constexpr std::uint32_t kExcReturn = 0xFFFFFFE0u;
  return link >= kExcReturn && link != kLinkAfterReset;
}

std::optional<ReturnPoint> return_point(std::uint32_t link, const CoreView& core) {
  if (link == kLinkAfterReset) return std::nullopt;
  if (!is_exception_return(link)) {
    return ReturnPoint{link & ~Address{1}, core.core_register(kSp), core.uses_process_stack()};
  }
  const auto frame = read_exception_frame(link, core.core_register(kSp), core);
  if (!frame) return std::nullopt;
  return ReturnPoint{frame->pc, frame->sp, frame->process_stack};
}

}  // namespace mcost::cli
