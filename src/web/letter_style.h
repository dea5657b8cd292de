// SPDX-License-Identifier: EUPL-1.2
// The few lines of style in a mail; mail readers fetch no sheet, and need none.
#pragma once
#include "web/html.h"

namespace revier::web {

[[nodiscard]] inline SafeHtml letter_style() {
  return SafeHtml::trusted(
      "<style>"
      ":root{color-scheme:light dark;supported-color-schemes:light dark}"
      "body{margin:0;padding:24px 16px;background:#fff;color:#1a1c22;"
      "font:16px/1.5 \"Fira Sans\",\"Segoe UI\",Roboto,Helvetica,Arial,sans-serif}"
      "main{max-width:36em;margin:0 auto}"
      "p,ul,ol,pre,blockquote{margin:0 0 16px}ul,ol{padding-left:20px}"
      "h2,h3,h4{margin:24px 0 8px;line-height:1.25}h2{font-size:22px}h3,h4{font-size:18px}"
      "hr{margin:32px 0 16px;border:0;border-top:1px solid #9a9da8}"
      "blockquote{padding-left:16px;border-left:4px solid #9a9da8}"
      ".link a{display:inline-block;padding:10px 18px;border:2px solid #171a4f;border-radius:4px;"
      "background:#171a4f;color:#fff;font-weight:600;text-decoration:none}"
      "@media (prefers-color-scheme:dark){body{background:#15171c;color:#eceef4}"
      ".link a{background:#c3c8ff;border-color:#c3c8ff;color:#10123a}}"
      "</style>");
}

}  // namespace revier::web
