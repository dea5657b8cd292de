# SPDX-License-Identifier: EUPL-1.2
# revier_templates(NAME [FOLDER pages] [NAMESPACE revier::NAME] [BARE_NAMES])
#
# After revier_module(NAME ...). src/NAME/FOLDER/*.html become typed functions, declared in
# "NAME/FOLDER.h" (tools/tmplc.py, docs/develop/pages.md); src/NAME/texts.toml, where there is one,
# becomes typed keys in "NAME/texts.h" (tools/textsc.py). session.html becomes render_session(),
# with BARE_NAMES session().
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

function(revier_texts name)
  set(catalogue ${CMAKE_CURRENT_SOURCE_DIR}/texts.toml)
  set(header ${CMAKE_BINARY_DIR}/generated/${name}/texts.h)
  get_target_property(sources revier_${name} SOURCES)
  if(NOT EXISTS ${catalogue} OR header IN_LIST sources)
    return()
  endif()
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/${name})
  set(tool ${CMAKE_SOURCE_DIR}/tools/textsc.py)
  add_custom_command(OUTPUT ${header}
    COMMAND Python3::Interpreter ${tool} ${name} ${catalogue} ${header}
    DEPENDS ${tool} ${catalogue} VERBATIM COMMENT "Texts of ${name}")
  target_sources(revier_${name} PRIVATE ${header})
  target_include_directories(revier_${name} PUBLIC ${CMAKE_BINARY_DIR}/generated)
endfunction()

function(revier_templates name)
  cmake_parse_arguments(arg "BARE_NAMES" "FOLDER;NAMESPACE" "" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER pages)
  endif()
  if(NOT arg_NAMESPACE)
    set(arg_NAMESPACE revier::${name})
  endif()
  set(prefix render_)
  if(arg_BARE_NAMES)
    set(prefix)
  endif()
  if(NOT name STREQUAL "web")
    set(alias --alias kern=::revier::web::kern)
  endif()
  revier_texts(${name})
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*.html)
  set(uses --uses web/kern.h --uses web/pages.h --uses web/page.h --uses web/asset.h
           --uses web/i18n.h --uses web/texts.h)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/texts.toml)
    list(APPEND uses --uses ${name}/texts.h)
  endif()
  set(stem ${CMAKE_BINARY_DIR}/generated/${name}/${arg_FOLDER})
  set(tools ${CMAKE_SOURCE_DIR}/tools)
  add_custom_command(OUTPUT ${stem}.h ${stem}.cpp
    COMMAND Python3::Interpreter ${tools}/tmplc.py --namespace ${arg_NAMESPACE}
            --prefix=${prefix} --header ${stem}.h --source ${stem}.cpp
            --include ${name}/${arg_FOLDER}.h ${uses} ${alias} ${pages}
    DEPENDS ${tools}/tmplc.py ${tools}/tmplc_html.py ${pages} VERBATIM
    COMMENT "Templates of ${name}/${arg_FOLDER}")
  target_sources(revier_${name} PRIVATE ${stem}.cpp ${stem}.h)
  target_include_directories(revier_${name} PUBLIC ${CMAKE_BINARY_DIR}/generated)
  # A page is shown in milliseconds however little is written out in place: less of it is a quarter
  # less to compile, and a smaller program.
  target_compile_options(revier_${name} PRIVATE
                         "SHELL:$<$<CONFIG:Release>:-mllvm -inline-threshold=60>")
endfunction()
