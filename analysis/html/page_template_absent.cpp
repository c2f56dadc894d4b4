// For builds without the page.
#include "analysis/html/page_template.h"

namespace mcost::analysis {

const std::string_view kPageHead;
const std::string_view kPageTail;

}  // namespace mcost::analysis
