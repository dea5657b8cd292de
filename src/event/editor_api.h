// SPDX-License-Identifier: EUPL-1.2
// JSON of what is not public yet, and of what changed:
//
//   GET    /api/v1/drafts              all drafts                        programme.read
//   GET    /api/v1/drafts/{kind}/{id}  one                               programme.read
//   PUT    /api/v1/drafts/{kind}/{id}  saves the item as a draft; {"remove": true} marks the
//                                      released one to be taken out      programme.edit
//   DELETE /api/v1/drafts/{kind}/{id}  discards it                       programme.edit
//   GET    /api/v1/conflicts           what would not fit after a release now   programme.read
//   POST   /api/v1/releases            {"note": {"de": ..., "en": ...}}; 201    programme.release
//   GET    /api/v1/releases            number, time, note                public
//   GET    /api/v1/changes?since=N     those after sequence N, oldest first, at most 100; public
#pragma once
#include "event/conflicts.h"
#include "event/programme_editor.h"
#include "identity/identity.h"
#include "net/http.h"
#include "net/server.h"

namespace revier::event {

// All of it outlives the router.
struct EditorApiNeeds {
  ProgrammeEditor& editor;
  const identity::Identity& identity;
  SeatsTaken seats_taken;
  net::Pool& pool;  // reads changes
};
void add_editor_routes(net::Router& router, const EditorApiNeeds& needs);

// The line of the audit log on a release by this caller; the identity outlives the release.
[[nodiscard]] ProgrammeEditor::Audit audit_of(const identity::Identity& identity,
                                              identity::Caller by);

}  // namespace revier::event
