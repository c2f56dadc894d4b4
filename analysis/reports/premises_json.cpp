#include "analysis/reports/premises_json.h"

#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

Json difference_json(const TextDifference& difference) {
  Json values = Json::array();
  for (const auto& value : difference.values)
    values.push_back(value ? Json(printable(*value)) : Json(nullptr));
  return {{"name", printable(difference.name)}, {"values", std::move(values)}};
}

Json list_json(const std::vector<TextDifference>& list) {
  Json json = Json::array();
  for (const TextDifference& difference : list) json.push_back(difference_json(difference));
  return json;
}

Json texts_json(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const std::string& text : texts) json.push_back(printable(text));
  return json;
}

Json or_null(const std::optional<TextDifference>& difference) {
  return difference ? difference_json(*difference)["values"] : Json(nullptr);
}

}  // namespace

Json quantity_json(const std::optional<Quantity>& quantity, Unit unit) {
  if (!quantity) return nullptr;
  if (unit != Unit::ratio) return json_integer(quantity->value);
  return {{"value", json_integer(quantity->value)}, {"per", json_integer(quantity->per)}};
}

Json premises_json(const Premises& premises) {
  return {{"tool", or_null(premises.tool)},
          {"board", or_null(premises.board)},
          {"same_board_values", premises.same_board_values},
          {"board_values", list_json(premises.board_values)},
          {"board_parts", texts_json(premises.board_parts)},
          {"options", list_json(premises.options)},
          {"same_image", premises.same_image},
          {"image", or_null(premises.image)},
          {"only_firmware", premises.same_but_firmware()}};
}

}  // namespace mcost::analysis
