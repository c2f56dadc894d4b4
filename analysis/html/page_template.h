// The page of `mcost report` without its data. Its source is made by build.mjs of this folder from
// src/ and the charting library; a build with MCOST_REPORT=OFF has page_template_absent.cpp in its
// place. Invariant: both are empty, or a page stands between them and JSON data.
#pragma once

#include <span>

namespace mcost::analysis {

/// Pieces to be joined.
extern const std::span<const char* const> kPageHead;
extern const std::span<const char* const> kPageTail;

}  // namespace mcost::analysis
