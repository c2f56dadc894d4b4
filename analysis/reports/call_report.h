// What `mcost call` did, for people and in JSON. Private to analysis. Invariant: what is written to
// JSON reads back.
#pragma once

#include <string>

#include "analysis/reports/json_value.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// "conv3x3(buf:image.bin, 32, 3)".
[[nodiscard]] std::string call_sentence(const CallResult& call);
/// "-3 (0xFFFFFFFD)", "1.5", "\"text\" at 0x20000400", "nothing".
[[nodiscard]] std::string value_sentence(const CallValue& value);
/// "first 1,234, then 99 calls of 1,000 to 1,100, 1,050.5 on average"; empty for a single call.
[[nodiscard]] std::string calls_sentence(const CallResult& call);

[[nodiscard]] Json call_json(const CallResult& call);
/// Errors: ConfigError with the place of what is no such object.
[[nodiscard]] CallResult read_call(const JsonValue& json);

}  // namespace mcost::analysis
