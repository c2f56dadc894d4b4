// For builds without the page.
#include "analysis/html/page_template.h"

namespace mcost::analysis {

constinit const std::span<const char* const> kPageHead;
constinit const std::span<const char* const> kPageTail;

}  // namespace mcost::analysis
