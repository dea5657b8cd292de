// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "console/texts.h"

namespace revier::console {
namespace {

using identity::Action;
using Named = std::pair<std::string_view, web::Text>;

constexpr std::array kDeedNames{
    Named{"account.add-role", texts::kDeedAccountAddRole},
    Named{"account.invite", texts::kDeedAccountInvite},
    Named{"account.link", texts::kDeedAccountLink},
    Named{"account.link-used", texts::kDeedAccountLinkUsed},
    Named{"account.lock", texts::kDeedAccountLock},
    Named{"account.password", texts::kDeedAccountPassword},
    Named{"account.remove", texts::kDeedAccountRemove},
    Named{"account.remove-role", texts::kDeedAccountRemoveRole},
    Named{"account.roles", texts::kDeedAccountRoles},
    Named{"account.unlock", texts::kDeedAccountUnlock},
    Named{"appointment.book", texts::kDeedAppointmentBook},
    Named{"appointment.cancel", texts::kDeedAppointmentCancel},
    Named{"appointment.move", texts::kDeedAppointmentMove},
    Named{"case.ask", texts::kDeedCaseAsk},
    Named{"case.conceal", texts::kDeedCaseConceal},
    Named{"case.decide", texts::kDeedCaseDecide},
    Named{"case.give", texts::kDeedCaseGive},
    Named{"case.hand-on", texts::kDeedCaseHandOn},
    Named{"case.release", texts::kDeedCaseRelease},
    Named{"case.take", texts::kDeedCaseTake},
    Named{"case.write", texts::kDeedCaseWrite},
    Named{"check-in.undo", texts::kDeedCheckInUndo},
    Named{"context.delete", texts::kDeedContextDelete},
    Named{"context.reload", texts::kDeedContextReload},
    Named{"counter.hours", texts::kDeedCounterHours},
    Named{"counter.put", texts::kDeedCounterPut},
    Named{"counter.remove", texts::kDeedCounterRemove},
    Named{"event-day.cancel", texts::kDeedEventDayCancel},
    Named{"event-day.reopen", texts::kDeedEventDayReopen},
    Named{"form.import", texts::kDeedFormImport},
    Named{"newsletter.topic", texts::kDeedNewsletterTopic},
    Named{"profile.put", texts::kDeedProfilePut},
    Named{"profile.remove", texts::kDeedProfileRemove},
    Named{"programme.release", texts::kDeedProgrammeRelease},
    Named{"registration.cancel", texts::kDeedRegistrationCancel},
    Named{"registration.correct", texts::kDeedRegistrationCorrect},
    Named{"registrations.announce", texts::kDeedRegistrationsAnnounce},
    Named{"registrations.export", texts::kDeedRegistrationsExport},
    Named{"schema.clear", texts::kDeedSchemaClear},
    Named{"schema.delete", texts::kDeedSchemaDelete},
    Named{"schema.delete-document", texts::kDeedSchemaDeleteDocument},
    Named{"schema.mark", texts::kDeedSchemaMark},
    Named{"schema.put", texts::kDeedSchemaPut},
    Named{"schema.put-document", texts::kDeedSchemaPutDocument},
    Named{"schema.reject", texts::kDeedSchemaReject},
    Named{"second-factor.new-recovery-codes", texts::kDeedRecoveryCodes},
    Named{"second-factor.recovery-code", texts::kDeedRecoveryCodeUsed},
    Named{"second-factor.remove", texts::kDeedSecondFactorRemove},
    Named{"second-factor.reset", texts::kDeedSecondFactorReset},
    Named{"second-factor.roles", texts::kDeedSecondFactorRoles},
    Named{"second-factor.set", texts::kDeedSecondFactorSet},
    Named{"session.end", texts::kDeedSessionEnd},
    Named{"session.end-all", texts::kDeedSessionEndAll},
    Named{"session.start", texts::kDeedSessionStart},
    Named{"site.set", texts::kDeedSiteSet},
    Named{"subscription.change", texts::kDeedSubscriptionChange},
    Named{"subscription.create", texts::kDeedSubscriptionCreate},
    Named{"subscription.delete", texts::kDeedSubscriptionDelete},
    Named{"subscription.drop", texts::kDeedSubscriptionDrop},
    Named{"subscription.pause", texts::kDeedSubscriptionPause},
    Named{"subscription.replay", texts::kDeedSubscriptionReplay},
    Named{"subscription.resume", texts::kDeedSubscriptionResume},
    Named{"tenant.close", texts::kDeedTenantClose},
    Named{"tenant.create", texts::kDeedTenantCreate},
    Named{"tenant.open", texts::kDeedTenantOpen},
    Named{"token.create", texts::kDeedTokenCreate},
    Named{"token.revoke", texts::kDeedTokenRevoke}};

constexpr std::array kThings{Named{"account", texts::kThingAccount},
                             Named{"announcement", texts::kThingAnnouncement},
                             Named{"appointment", texts::kThingAppointment},
                             Named{"case", texts::kThingCase},
                             Named{"check-in", texts::kThingCheckIn},
                             Named{"context", texts::kThingContext},
                             Named{"counter", texts::kThingCounter},
                             Named{"event-day", texts::kThingEventDay},
                             Named{"form", texts::kThingForm},
                             Named{"list", texts::kThingList},
                             Named{"newsletter-topic", texts::kThingNewsletterTopic},
                             Named{"profile", texts::kThingProfile},
                             Named{"registration", texts::kThingRegistration},
                             Named{"release", texts::kThingRelease},
                             Named{"roles", texts::kThingRoles},
                             Named{"schema", texts::kThingSchema},
                             Named{"setting", texts::kThingSetting},
                             Named{"subscription", texts::kThingSubscription},
                             Named{"tenant", texts::kThingTenant},
                             Named{"token", texts::kThingToken}};

// In the order of the enumeration.
constexpr std::array kRights{
    texts::kRightDataRead,          texts::kRightDataWrite,         texts::kRightDataManage,
    texts::kRightProgrammeRead,     texts::kRightProgrammeEdit,     texts::kRightProgrammeRelease,
    texts::kRightReviewWrite,       texts::kRightPersonsEdit,       texts::kRightRegistrationsRead,
    texts::kRightRegistrationsEdit, texts::kRightQuotasEdit,        texts::kRightCheckIn,
    texts::kRightModerate,          texts::kRightExhibitEdit,       texts::kRightCasesWork,
    texts::kRightNewsletterEdit,    texts::kRightNewsletterApprove, texts::kRightOutboxRead,
    texts::kRightRetentionManage,   texts::kRightTenantsManage,     texts::kRightUsersManage,
    texts::kRightSettingsManage,    texts::kRightStateRead,         texts::kRightCheckInUndo};
static_assert(kRights.size() == static_cast<std::size_t>(Action::kActionCount));

constexpr std::array kWithoutFunction{Action::kReviewWrite, Action::kQuotasEdit, Action::kModerate,
                                      Action::kExhibitEdit, Action::kRetentionManage};
constexpr std::array<std::string_view, 3> kRolesWithoutFunction{"reviewer", "moderator",
                                                                "exhibitor"};

template <class List>
std::string named(const List& list, std::string_view name, web::Language language) {
  const auto found = std::ranges::find(list, name, &Named::first);
  return std::string(found == list.end() ? name : web::text(language, found->second));
}

}  // namespace

std::string audit_action_in(std::string_view action, web::Language language) {
  return named(kDeedNames, action, language);
}

std::string audit_kind_in(std::string_view kind, web::Language language) {
  return named(kThings, kind, language);
}

web::Label label_of(identity::Action action) {
  return web::Label(kRights.at(static_cast<std::size_t>(action)));
}

bool has_function(identity::Action action) {
  return std::ranges::find(kWithoutFunction, action) == kWithoutFunction.end();
}

bool has_function(const identity::Role& role) {
  return std::ranges::find(kRolesWithoutFunction, role.name) == kRolesWithoutFunction.end();
}

}  // namespace revier::console
