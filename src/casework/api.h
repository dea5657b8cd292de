// SPDX-License-Identifier: EUPL-1.2
// JSON of online forms under /api/v1 (docs/api/forms.md):
//
//   GET  /api/v1/forms               the newest definition of each
//   GET  /api/v1/forms/{id}          one
//   PUT  /api/v1/forms/{id}          imports a version; right settings.manage or programme.edit
//   POST /api/v1/forms/{id}/cases    {answers, files, mail, language, declaration: true}
//   GET  /api/v1/cases/{token}       a case by its secret link
//   POST /api/v1/cases/{token}/messages    {text, files}: a message of the person
//   GET  /api/v1/cases/{token}/files/{id}  the content of a file
#pragma once
#include "casework/page_routes.h"
#include "identity/identity.h"

namespace revier::casework {

// All of it outlives the router.
struct ApiNeeds {
  Cases& cases;
  Forms& forms;
  PageNeeds pages;
  const identity::Identity& identity;
};

void add_api_routes(net::Router& router, const ApiNeeds& needs);

}  // namespace revier::casework
