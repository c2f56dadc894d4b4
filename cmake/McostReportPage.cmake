# The page of `mcost report`: made by node out of analysis/html when anything in there changed, and compiled in, so that
# the program needs no file and no network for it. What npm installs is shared by all build folders.

# mcost_report_page_sources(variable): the source files with the page, or with none if MCOST_REPORT is OFF.
function(mcost_report_page_sources variable)
  set(folder "${PROJECT_SOURCE_DIR}/analysis/html")
  if(NOT MCOST_REPORT)
    set(${variable} "${folder}/page_template_absent.cpp" PARENT_SCOPE)
    return()
  endif()
  find_program(MCOST_NODE NAMES node nodejs)
  find_program(MCOST_NPM npm)
  mark_as_advanced(MCOST_NODE MCOST_NPM)
  if(NOT MCOST_NODE OR NOT MCOST_NPM)
    message(FATAL_ERROR "The page of `mcost report` is made with node and npm, and one of them is missing: run "
                        "script/bootstrap, or configure with -DMCOST_REPORT=OFF for a program without that command.")
  endif()

  file(SHA256 "${folder}/package-lock.json" hash)
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/package-lock.json")
  string(SUBSTRING "${hash}" 0 16 hash)
  set(modules "${MCOST_REPORT_DIR}/${hash}")
  # Out of date only when it is not there: what should be in the folder is in its name.
  add_custom_command(
    OUTPUT "${modules}/installed"
    COMMAND "${CMAKE_COMMAND}" "-DNPM=${MCOST_NPM}" "-DFOLDER=${MCOST_REPORT_DIR}" -P "${folder}/install_modules.cmake"
    COMMENT "Installing the charting library"
    VERBATIM)
  file(GLOB inputs CONFIGURE_DEPENDS "${folder}/src/*.js")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/page_template.cpp")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${MCOST_NODE}" "${folder}/build.mjs" "${modules}/node_modules" "${source}"
    DEPENDS ${inputs} "${folder}/build.mjs" "${folder}/page.html" "${folder}/style.css" "${modules}/installed"
    COMMENT "Bundling the page of mcost report"
    VERBATIM)
  set(${variable} "${source}" PARENT_SCOPE)
endfunction()
