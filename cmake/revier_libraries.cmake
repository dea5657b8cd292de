# SPDX-License-Identifier: EUPL-1.2
# Every library of others, under one name each; headers are SYSTEM, so that our warnings are about
# our code. Names and traps of the packages: see CONTRIBUTING.md.
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(simdjson REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(CURL REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PROJ CONFIG REQUIRED)

foreach(pkg rocksdb jansson libsodium libmosquitto qrcodegen pangocairo cairo-pdf libqpdf
        gmime-3.0 libbrotlienc libbrotlidec zlib libxml-2.0 libcmark libarchive expat
        shapelib libturbojpeg opendkim)
  string(MAKE_C_IDENTIFIER ${pkg} id)
  pkg_check_modules(${id} REQUIRED IMPORTED_TARGET ${pkg})
  add_library(lib::${pkg} ALIAS PkgConfig::${id})
endforeach()

pkg_check_modules(xlsxwriter REQUIRED IMPORTED_TARGET xlsxwriter)
add_library(lib::xlsxwriter ALIAS PkgConfig::xlsxwriter)

# Libraries without a CMake file or a usable .pc.
function(revier_plain_library name)
  cmake_parse_arguments(arg "" "" "LINK;INCLUDE" ${ARGN})
  add_library(plain_${name} INTERFACE)
  target_link_libraries(plain_${name} INTERFACE ${arg_LINK})
  target_include_directories(plain_${name} SYSTEM INTERFACE ${arg_INCLUDE})
  add_library(lib::${name} ALIAS plain_${name})
endfunction()

revier_plain_library(soci LINK soci_core soci_sqlite3 soci_postgresql pq
                     INCLUDE /usr/include/postgresql)
revier_plain_library(s2 LINK s2 absl_base absl_raw_logging_internal OpenSSL::Crypto)
revier_plain_library(geos LINK geos_c)
revier_plain_library(ical LINK ical)
revier_plain_library(csv LINK csv)
revier_plain_library(stemmer LINK stemmer)
revier_plain_library(rapidcheck LINK rapidcheck)
