# SPDX-License-Identifier: EUPL-1.2
# One set of flags for the whole tree: the precompiled header is shared by every target, and clang
# refuses a header that was compiled with other flags.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

set(REVIER_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
option(REVIER_FUZZ "Build fuzz targets with libFuzzer" OFF)
option(REVIER_COVERAGE "Count which lines run, by llvm-cov" OFF)

# "Dev" is not optimized: under the sanitizers -O1 takes four times as long to compile, which is far
# more than it saves in the tests. Lines of code in the sanitizers' reports: -DCMAKE_CXX_FLAGS=-g1.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG" CACHE STRING "" FORCE)

add_compile_options(-fPIE -pthread -fno-omit-frame-pointer
                    $<$<COMPILE_LANGUAGE:CXX>:-Wall> $<$<COMPILE_LANGUAGE:CXX>:-Wextra>
                    $<$<COMPILE_LANGUAGE:CXX>:-Wpedantic> $<$<COMPILE_LANGUAGE:CXX>:-Werror>
                    $<$<COMPILE_LANGUAGE:CXX>:-Wthread-safety> $<$<COMPILE_LANGUAGE:CXX>:-Wshadow>
                    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
                    $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>)
# ccache keys a precompiled header by its content only without the time stamp in it.
add_compile_options("SHELL:$<$<COMPILE_LANGUAGE:CXX>:-Xclang -fno-pch-timestamp>")
add_link_options(-fuse-ld=lld-19 -Wl,--as-needed -pie -pthread)

add_compile_options(-D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection
                    -fcf-protection=full -ftrivial-auto-var-init=zero)
add_link_options(-Wl,-z,relro,-z,now)

if(REVIER_SANITIZE)
  add_compile_options(-fsanitize=${REVIER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${REVIER_SANITIZE})
  if(REVIER_FUZZ)
    # Four to seven times the runs of a tree that is not optimized and has all checks: each check
    # for null is one more branch that the fuzzer counts, and AddressSanitizer stops at what it
    # would find.
    add_compile_options(-O2 -fno-sanitize=null -fsanitize=fuzzer-no-link)
  elseif(REVIER_SANITIZE MATCHES undefined)
    # Asked at every access, a fifth of the compiler's time: a null pointer ends the program anyway,
    # and what reads bytes of strangers is looked at for alignment where it is fuzzed.
    add_compile_options(-fno-sanitize=null,alignment)
  endif()
else()
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $<$<CONFIG:Dev>:-g1>)
endif()

if(REVIER_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
