// SPDX-License-Identifier: EUPL-1.2
#include "app/frame.h"

#include "app/texts.h"

namespace revier::app {

web::Site page_frame(const Options& options, const Clock& civil_clock) {
  web::Site frame;
  if (options.text("demo").empty()) {
    frame.name = options.text("site.name");
    frame.owner = options.text("site.owner");
    return frame;
  }
  frame.name = texts::kDemoName;
  frame.owner = texts::kDemoOwner;
  frame.notice = [&civil_clock](web::Language language) {
    return web::text(language, texts::kDemoClock,
                     {{"when", web::date_time(language, civil_clock.now())}});
  };
  return frame;
}

}  // namespace revier::app
