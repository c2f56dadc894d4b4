#include "analysis/reports/call_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "analysis/reports/json_keys.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

const char* name_of(CallType type) { return kCallTypeNames[static_cast<unsigned>(type)]; }

std::int64_t signed_of(const CallValue& value) {
  return value.type == CallType::i64
             ? std::bit_cast<std::int64_t>(value.bits)
             : std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(value.bits));
}

double real_of(const CallValue& value) {
  return value.type == CallType::f64 ? std::bit_cast<double>(value.bits)
                                     : std::bit_cast<float>(static_cast<std::uint32_t>(value.bits));
}

std::string real_text(const CallValue& value) {
  return value.type == CallType::f64
             ? fmt::format("{}", real_of(value))
             : fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(value.bits)));
}

/// A number people and programs can use: infinities and NaN are texts in JSON.
Json value_number(const CallValue& value) {
  switch (value.type) {
    case CallType::none: return nullptr;
    case CallType::i32: return signed_of(value);
    case CallType::i64: {
      const std::int64_t number = signed_of(value);
      const std::uint64_t magnitude =
          number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
      if (magnitude > kMaxExactInteger) return fmt::format("{}", number);
      return number;
    }
    case CallType::f32:
    case CallType::f64:
      if (!std::isfinite(real_of(value))) return real_text(value);
      return real_of(value);
    case CallType::text: return printable(value.text);
    default: return json_integer(value.bits);
  }
}

std::string bits_text(std::uint64_t bits) {
  return bits > 0xFFFFFFFFu ? fmt::format("0x{:016X}", bits) : fmt::format("0x{:08X}", bits);
}

std::uint64_t read_bits(const JsonValue& json) {
  const std::string text = json.text();
  std::uint64_t bits = 0;
  const bool has_prefix = text.starts_with("0x") && text.size() > 2 && text.size() <= 18;
  if (!has_prefix) json.refuse("expected hexadecimal digits behind 0x");
  for (const char digit : text.substr(2)) {
    const std::size_t value = std::string_view("0123456789ABCDEF").find(digit);
    if (value == std::string_view::npos) json.refuse("expected hexadecimal digits behind 0x");
    bits = bits << 4 | value;
  }
  return bits;
}

CallType read_type(const JsonValue& json) {
  const std::string name = json.text();
  const auto* const found = std::find(kCallTypeNames.begin(), kCallTypeNames.end(), name);
  if (found == kCallTypeNames.end()) json.refuse(fmt::format("unknown type \"{}\"", name));
  return static_cast<CallType>(found - kCallTypeNames.begin());
}

Json argument_json(const CallArgument& argument) {
  Json json = {{"written", printable(argument.written)}};
  json["name"] = argument.name.empty() ? Json(nullptr) : Json(printable(argument.name));
  json["type"] = name_of(argument.type);
  json["bits"] = bits_text(argument.bits);
  json["size_bytes"] = json_integer(argument.size_bytes);
  json["place"] = argument.place;
  return json;
}

CallArgument read_argument(const JsonValue& json) {
  return {json["written"].text(),  json["name"].text_or_empty(), read_type(json["type"]),
          read_bits(json["bits"]), json["size_bytes"].integer(), json["place"].text()};
}

Json value_json(const CallValue& value) {
  Json json = {{"type", name_of(value.type)}, {"assumed", value.assumed}};
  json["bits"] = bits_text(value.bits);
  json["value"] = value_number(value);
  return json;
}

CallValue read_value(const JsonValue& json) {
  CallValue value;
  value.type = read_type(json["type"]);
  value.assumed = json["assumed"].boolean();
  value.bits = read_bits(json["bits"]);
  if (value.type == CallType::text) value.text = json["value"].text();
  return value;
}

}  // namespace

std::string call_sentence(const CallResult& call) {
  std::string text = printable(call.function);
  // C++ names come with their parameters.
  if (const std::size_t parenthesis = text.find('('); parenthesis != std::string::npos)
    text.resize(parenthesis);
  text += "(";
  for (std::size_t i = 0; i < call.arguments.size(); ++i)
    text += (i == 0 ? "" : ", ") + printable(call.arguments[i].written);
  return text + ")";
}

std::string value_sentence(const CallValue& value) {
  switch (value.type) {
    case CallType::none: return "nothing";
    case CallType::i32:
    case CallType::i64: {
      const std::string number = fmt::format("{} ({})", signed_of(value), bits_text(value.bits));
      const bool other = value.assumed && signed_of(value) < 0;
      return other ? fmt::format("{}, unsigned {}", number, value.bits) : number;
    }
    case CallType::f32:
    case CallType::f64: return fmt::format("{} ({})", real_text(value), bits_text(value.bits));
    case CallType::u32:
    case CallType::u64: return fmt::format("{} ({})", value.bits, bits_text(value.bits));
    case CallType::text:
      return fmt::format("\"{}\" at {}", printable(value.text), bits_text(value.bits));
    default: return bits_text(value.bits);
  }
}

std::string calls_sentence(const CallResult& call) {
  if (call.repeat == 1 || call.cycles.empty()) return {};
  std::string text = fmt::format("{}: first {}", call.returned, grouped(call.cycles.front()));
  if (call.returned < 2) return text;
  const std::uint64_t warm = call.returned - 1;
  if (call.warm_min_cycles == call.warm_max_cycles)
    return fmt::format("{}, then {} each", text, grouped(call.warm_min_cycles));
  const std::uint64_t tenths = (call.warm_cycles * 10 + warm / 2) / warm;
  return fmt::format("{}, then {} to {}, {}.{} on average", text, grouped(call.warm_min_cycles),
                     grouped(call.warm_max_cycles), grouped(tenths / 10), tenths % 10);
}

Json call_json(const CallResult& call) {
  Json json = {{"function", printable(call.function)}, {"address", hexadecimal(call.address)}};
  json["arguments"] = Json::array();
  for (const CallArgument& argument : call.arguments)
    json["arguments"].push_back(argument_json(argument));
  json["returned"] = call.value ? value_json(*call.value) : Json(nullptr);
  json["from"] = printable(call.from);
  json["boot_cycles"] = json_integer(call.boot_cycles);
  json["init"] = Json::array();
  for (const std::string& name : call.init) json["init"].push_back(printable(name));
  json["warmup"] = json_integer(call.warmup);
  json["setup_cycles"] = json_integer(call.setup_cycles);
  json["repeat"] = json_integer(call.repeat);
  json["calls"] = json_integer(call.returned);
  json["cycles"] = Json::array();
  for (const Cycles cycles : call.cycles) json["cycles"].push_back(json_integer(cycles));
  json["warm"] = nullptr;
  if (call.returned > 1) {
    json["warm"] = {{"calls", json_integer(call.returned - 1)},
                    {"cycles", json_integer(call.warm_cycles)},
                    {"min_cycles", json_integer(call.warm_min_cycles)},
                    {"max_cycles", json_integer(call.warm_max_cycles)}};
  }
  return json;
}

CallResult read_call(const JsonValue& json) {
  CallResult call;
  call.function = json["function"].text();
  call.address = json["address"].address();
  json["arguments"].each(
      [&](const JsonValue& argument) { call.arguments.push_back(read_argument(argument)); });
  if (!json["returned"].is_null()) call.value = read_value(json["returned"]);
  call.from = json["from"].text();
  call.boot_cycles = json["boot_cycles"].integer();
  json["init"].each([&](const JsonValue& name) { call.init.push_back(name.text()); });
  call.warmup = json["warmup"].integer();
  call.setup_cycles = json["setup_cycles"].integer();
  call.repeat = json["repeat"].integer();
  call.returned = json["calls"].integer();
  json["cycles"].each([&](const JsonValue& cycles) {
    if (call.cycles.size() == CallResult::kMostListed) cycles.refuse("too many calls are listed");
    call.cycles.push_back(cycles.integer());
  });
  if (call.cycles.size() != std::min<std::uint64_t>(call.returned, CallResult::kMostListed))
    json["cycles"].refuse("expected one value for each call");
  const JsonValue warm = json["warm"];
  if (warm.is_null()) return call;
  call.warm_cycles = warm["cycles"].integer();
  call.warm_min_cycles = warm["min_cycles"].integer();
  call.warm_max_cycles = warm["max_cycles"].integer();
  return call;
}

}  // namespace mcost::analysis
