// Results as one HTML page that needs nothing beside it: a template (analysis/html) and the data it
// draws. May include sim_core/base. Invariant: the same results give the same bytes, and no text of
// a result is markup or script in the page.
#pragma once

#include <string>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

struct PageEntry {
  std::string file;  ///< The name of the result's file, without its folder.
  RunResult result;
};

/// False in a build without the page (MCOST_REPORT=OFF).
[[nodiscard]] bool has_html_page();

/// The page of one result, or of several that are compared; not empty. Needs has_html_page().
[[nodiscard]] std::string html_page(std::vector<PageEntry> entries);

/// What the page gets as data: JSON in ASCII without '<', '>' and '&'.
[[nodiscard]] std::string page_data(std::vector<PageEntry> entries);

}  // namespace mcost::analysis
