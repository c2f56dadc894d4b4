// Spans of functions out of changes of the calling context: they nest whatever happened.
#include "cli/function_spans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mcost::cli {
namespace {

using engine::CallTrace;
using engine::CallTree;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// main > f > g, main > h; a task; the handler irq > k; the handler nmi.
enum Id : CallTree::Id { kMain, kF, kG, kH, kTask, kIrq, kK, kNmi };
std::vector<CallTree::Node> nodes() {
  const auto node = [](CallNode::Kind kind, CallTree::Id parent) {
    CallTree::Node made;
    made.kind = kind;
    made.parent = parent;
    return made;
  };
  using enum CallNode::Kind;
  return {node(root, CallTree::kNone),
          node(call, kMain),
          node(call, kF),
          node(call, kMain),
          node(root, CallTree::kNone),
          node(interrupt, CallTree::kNone),
          node(call, kIrq),
          node(interrupt, CallTree::kNone)};
}

std::vector<std::string> texts(const FunctionSpans& spans) {
  constexpr std::array kNames = {"main", "f", "g", "h", "task", "irq", "k", "nmi"};
  std::vector<std::string> list;
  for (const FunctionSpan& span : spans.list) {
    list.push_back(std::string(kNames.at(span.node)) + " " + std::to_string(span.begin) + "-" +
                   std::to_string(span.end));
  }
  return list;
}

FunctionSpans spans_of(const CallTrace& trace, Cycles now, std::size_t most = kMostSpans) {
  return function_spans(trace, nodes(), now, most);
}

TEST(FunctionSpans, CallsAndReturns) {
  CallTrace trace;
  trace.begin(0, kMain, 0);
  trace.note(10, kF);
  trace.note(20, kG);
  trace.note(30, kF);
  trace.note(35, kG);
  trace.note(40, kF);
  trace.note(50, kMain);
  trace.note(50, kMain);  // no change
  const FunctionSpans spans = spans_of(trace, 60);
  EXPECT_THAT(texts(spans), ElementsAre("main 0-60", "f 10-50", "g 20-30", "g 35-40"));
  EXPECT_EQ(spans.begin, 0u);
  EXPECT_EQ(spans.end, 60u);
  EXPECT_EQ(spans.dropped, 0u);
}

TEST(FunctionSpans, ATailCallTakesTheCallersPlaceAndLongjmpEndsAllBetween) {
  CallTrace trace;
  trace.begin(0, kMain, 0);
  trace.note(10, kF);
  trace.note(20, kH);
  trace.note(30, kG);  // whose caller nobody saw begin
  trace.note(40, kMain);
  EXPECT_THAT(texts(spans_of(trace, 50)),
              ElementsAre("main 0-50", "f 10-20", "h 20-30", "f 30-40", "g 30-40"));
}

TEST(FunctionSpans, HandlersNestInWhatTheyInterrupt) {
  CallTrace trace;
  trace.begin(0, kMain, 0);
  trace.note(10, kF);
  trace.begin(20, kIrq, 1);
  trace.note(25, kK);
  trace.begin(30, kNmi, 2);
  trace.go_on(40, kK, 1);
  trace.note(45, kIrq);
  trace.begin(50, kIrq, 1);  // tail-chained to itself
  trace.go_on(60, kF, 0);
  trace.note(70, kMain);
  EXPECT_THAT(texts(spans_of(trace, 80)), ElementsAre("main 0-80", "f 10-70", "irq 20-50",
                                                      "k 25-45", "nmi 30-40", "irq 50-60"));
}

TEST(FunctionSpans, ATaskSwitchEndsSpansAndMakesOthers) {
  CallTrace trace;
  trace.begin(0, kMain, 0);
  trace.note(10, kF);
  trace.begin(20, kIrq, 1);
  trace.go_on(30, kTask, 0);
  trace.begin(40, kIrq, 1);
  trace.go_on(50, kF, 0);
  EXPECT_THAT(texts(spans_of(trace, 60)),
              ElementsAre("main 0-30", "f 10-30", "irq 20-30", "task 30-50", "irq 40-50",
                          "main 50-60", "f 50-60"));
}

TEST(FunctionSpans, AResetInAHandlerEndsEverything) {
  CallTrace trace;
  trace.begin(0, kMain, 0);
  trace.begin(20, kIrq, 1);
  trace.begin(30, kMain, 0);
  EXPECT_THAT(texts(spans_of(trace, 40)), ElementsAre("main 0-30", "irq 20-30", "main 30-40"));
}

TEST(FunctionSpans, NothingRanBetweenTwoBeginsOfOneCycle) {
  CallTrace trace;
  trace.begin(0, kTask, 0);
  trace.begin(0, kMain, 0);
  EXPECT_THAT(texts(spans_of(trace, 9)), ElementsAre("main 0-9"));
  EXPECT_THAT(texts(spans_of(CallTrace{}, 9)), IsEmpty());
}

TEST(FunctionSpans, WhatDoesNotFitIsCountedAndSpansEndThere) {
  CallTrace trace;
  trace.begin(0, kMain, 0);
  for (Cycles now = 1; now < CallTrace::kMost + 10; ++now)
    trace.note(now, now % 2 != 0 ? kF : kMain);
  EXPECT_EQ(trace.switches().size(), CallTrace::kMost);
  EXPECT_EQ(trace.dropped(), 10u);
  const FunctionSpans spans = spans_of(trace, 1'000'000, CallTrace::kMost);
  EXPECT_EQ(spans.end, CallTrace::kMost);
  EXPECT_EQ(spans.dropped, 10u);
  EXPECT_EQ(spans.list.front().end, CallTrace::kMost);
  EXPECT_EQ(spans.list.back().end, CallTrace::kMost);
  // Fewer spans than calls and returns would make.
  const FunctionSpans few = spans_of(trace, 1'000'000, 3);
  EXPECT_THAT(texts(few), ElementsAre("main 0-4", "f 1-2", "f 3-4"));
  EXPECT_EQ(few.end, 4u);
  EXPECT_EQ(few.dropped, CallTrace::kMost + 10 - 4);
}

TEST(FunctionSpans, ALongStartUpIsForgottenWhenTheFirstLayerBegins) {
  CallTrace brief;
  CallTrace lengthy;
  for (CallTrace* const trace : {&brief, &lengthy}) {
    trace->begin(0, kMain, 0);
    // One context of the run and one of the handler beside them: exactly as many as may be, or
    // more.
    const Cycles calls = CallTrace::kMostBefore - (trace == &brief ? 2 : 1);
    for (Cycles now = 1; now <= calls; ++now) trace->note(now, now % 2 != 0 ? kF : kMain);
    trace->begin(900'050, kIrq, 1);
    trace->mark(900'100);
    trace->go_on(900'200, kF, 0);
    trace->mark(900'300);  // another layer
  }
  EXPECT_EQ(spans_of(brief, 1'000'000).begin, 0u);
  const FunctionSpans spans = spans_of(lengthy, 1'000'000);
  EXPECT_EQ(spans.begin, 900'100u);
  EXPECT_THAT(texts(spans),
              ElementsAre("irq 900100-900200", "main 900200-1000000", "f 900200-1000000"));
}

}  // namespace
}  // namespace mcost::cli
