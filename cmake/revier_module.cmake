# SPDX-License-Identifier: EUPL-1.2
option(REVIER_UNIT_TESTS "Build the tests that stand beside the code" ON)
# Several files of a module as one: a whole tree takes half the time, a changed file more. Names in
# a module's anonymous namespaces therefore differ.
option(REVIER_UNITY "Compile the files of a module together" OFF)

# The precompiled header of the tests that stand beside the code, after that of the product.
function(revier_test_headers)
  add_library(revier_test_headers OBJECT ${CMAKE_SOURCE_DIR}/tests/support/pch.cpp)
  target_link_libraries(revier_test_headers PRIVATE tl::expected fmt::fmt GTest::gtest_main
                                                    GTest::gmock lib::rapidcheck)
  target_include_directories(revier_test_headers PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_precompile_headers(revier_test_headers PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/pch.h)
endfunction()

# revier_module(NAME DEPENDS <modules> LIBS <libraries> TEST_LIBS <libraries>)
#
# One folder, one static library. DEPENDS is the whole list of modules that its files may include
# from; tools/check_layers.py reads this line and holds the includes against it.
# Files named *_test.cpp become the program NAME_test, run by ctest; everything else is the library.
function(revier_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBS;TEST_LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  add_library(revier_${name} STATIC ${sources})
  set_target_properties(revier_${name} PROPERTIES UNITY_BUILD ${REVIER_UNITY}
                                                  UNITY_BUILD_BATCH_SIZE 48)
  target_include_directories(revier_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(revier_${name} PUBLIC tl::expected fmt::fmt)
  foreach(dependency ${arg_DEPENDS})
    target_link_libraries(revier_${name} PUBLIC revier_${dependency})
  endforeach()
  target_link_libraries(revier_${name} PUBLIC ${arg_LIBS})
  if(name STREQUAL "base")
    target_precompile_headers(revier_base PRIVATE pch.h)
    if(REVIER_UNIT_TESTS)
      revier_test_headers()
    endif()
  else()
    target_precompile_headers(revier_${name} REUSE_FROM revier_base)
  endif()

  if(tests AND REVIER_UNIT_TESTS)
    add_executable(${name}_test ${tests})
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD ${REVIER_UNITY}
                                                  UNITY_BUILD_BATCH_SIZE 16)
    target_link_libraries(${name}_test PRIVATE revier_${name} GTest::gtest_main GTest::gmock
                                               lib::rapidcheck ${arg_TEST_LIBS})
    # Fixtures that several modules share: "support/NAME.h".
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_precompile_headers(${name}_test REUSE_FROM revier_test_headers)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit ENVIRONMENT
                         "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp")
  endif()
endfunction()

# revier_postgres_test(NAME): NAME_test once more, with a throw-away PostgreSQL beside it.
function(revier_postgres_test name)
  if(NOT TARGET ${name}_test)
    return()
  endif()
  add_test(NAME ${name}_postgresql
           COMMAND ${CMAKE_SOURCE_DIR}/tests/support/with_postgres $<TARGET_FILE:${name}_test>
                   --gtest_filter=*postgresql*)
  set_tests_properties(${name}_postgresql PROPERTIES LABELS unit)
endfunction()
