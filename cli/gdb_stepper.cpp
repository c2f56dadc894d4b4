#include "cli/gdb_stepper.h"

namespace mcost::cli {
namespace {

constexpr unsigned kBetweenPolls = 4096;  // instructions, or stretches of sleep

}  // namespace

void GdbStepper::start() {
  active_ = true;
  handlers_ = 0;
  engine_.observe(this);
}

void GdbStepper::stop() {
  active_ = false;
  engine_.observe(nullptr);
}

void GdbStepper::complete() {
  if (handlers_ == 0) engine_.request_halt();
}

void GdbStepper::executed(const engine::ObservedOp& op) {
  if (++until_poll_ % kBetweenPolls == 0) poll_();
  if (!op.info.partial) complete();
}

void GdbStepper::slept(Cycles, Cycles) {
  if (++until_poll_ % kBetweenPolls == 0) poll_();
}

void GdbStepper::exception_entered(bool interrupt) {
  if (!active_) return;
  if (interrupt) {
    ++handlers_;
  } else {
    complete();
  }
}

void GdbStepper::exception_returned() {
  if (handlers_ != 0) --handlers_;
}

}  // namespace mcost::cli
