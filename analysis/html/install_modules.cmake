# cmake -DNPM=npm -DFOLDER=folder -P install_modules.cmake: installs what package-lock.json names into
# FOLDER/<hash of that file>/node_modules, once. script/bootstrap does this with a network, so that builds need none.
# Build folders share FOLDER: who comes second waits. CHECK=ON only says, by its status, whether all is there.
cmake_minimum_required(VERSION 3.25)
file(SHA256 "${CMAKE_CURRENT_LIST_DIR}/package-lock.json" hash)
string(SUBSTRING "${hash}" 0 16 hash)
set(target "${FOLDER}/${hash}")
set(stamp "${target}/installed")
if(EXISTS "${stamp}")
  return()
endif()
if(CHECK)
  message(FATAL_ERROR "the npm packages of analysis/html are not installed")
endif()

file(MAKE_DIRECTORY "${FOLDER}")
file(LOCK "${FOLDER}" DIRECTORY GUARD PROCESS TIMEOUT 600)
if(EXISTS "${stamp}")
  return()
endif()
file(REMOVE_RECURSE "${target}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/package.json" "${CMAKE_CURRENT_LIST_DIR}/package-lock.json" DESTINATION "${target}")
execute_process(
  COMMAND "${NPM}" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  WORKING_DIRECTORY "${target}" RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm could not install the packages of analysis/html:\n${errors}\n"
                      "Run script/bootstrap with a network, or configure with -DMCOST_REPORT=OFF.")
endif()
file(TOUCH "${stamp}")
