# The page's libraries, as app/web/libraries has made them in LOSSLENS_WEB_LIBRARIES, under the names that pkg-config gives
# them on the desktop. What a page cannot have is made of files of its own instead: ${without} is left out.
set(LOSSLENS_WEB_LIBRARIES "" CACHE PATH "What app/web/libraries was given")
set(LOSSLENS_WEB_FONTS "" CACHE PATH "What app/web/fonts was given")

function(add_web_library target)
  add_library(PkgConfig::${target} INTERFACE IMPORTED)
  target_include_directories(PkgConfig::${target} SYSTEM INTERFACE ${LOSSLENS_WEB_LIBRARIES}/include
    ${LOSSLENS_WEB_LIBRARIES}/include/SDL2 ${CMAKE_SOURCE_DIR}/app/web/include)
  foreach(library ${ARGN})
    target_link_libraries(PkgConfig::${target} INTERFACE ${LOSSLENS_WEB_LIBRARIES}/lib/lib${library}.a)
  endforeach()
endfunction()
add_web_library(ZLIB z)
add_web_library(JANSSON jansson)
add_web_library(SODIUM sodium)
add_web_library(ARCHIVE archive z)
add_web_library(CURL)
add_web_library(PNG png z)
add_web_library(SDL2 SDL2)
add_web_library(SDL2_TTF SDL2_ttf SDL2 freetype)
add_web_library(SDL2_IMAGE SDL2_image SDL2)
add_web_library(EXIF exif)
add_web_library(EPOXY)
add_web_library(CGLM)
add_web_library(WEBP webp)
add_library(Threads::Threads INTERFACE IMPORTED)

set(without
  engine/data/fetch.c engine/data/download.c engine/data/download_url.c # a page asks its own host alone
  app/files/watch.c                                                     # nobody else writes its files
  app/commands/aside.c)                                                 # a worker reads, for there are no threads
set(assets_source app/web/assets.S)
include_directories(BEFORE ${LOSSLENS_WEB_FONTS}) # whose fonts are embedded in the place of the whole ones
add_compile_options(-msimd128)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/app/web/compiler OUTPUT_VARIABLE compiler OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
set(CMAKE_C_COMPILE_OBJECT "${compiler} <DEFINES> <INCLUDES> <FLAGS> -o <OBJECT> -c <SOURCE>")
