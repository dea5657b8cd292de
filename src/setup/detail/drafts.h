// SPDX-License-Identifier: EUPL-1.2
// Drafts of the legal pages, Markdown with [[gaps]].
#pragma once
#include <string_view>

namespace revier::setup::detail {

inline constexpr std::string_view kImprintDe = R"(## Anbieter
[[Stadt]]\
[[Straße und Hausnummer]]\
[[Postleitzahl und Ort]]

Vertreten durch: [[Name und Amt]]

## Kontakt
E-Mail: [[Absender-Adresse]]\
Telefon: [[Telefonnummer]]

## Umsatzsteuer
Umsatzsteuer-Identifikationsnummer: [[Nummer, oder diesen Abschnitt löschen]]
)";
inline constexpr std::string_view kImprintEn = R"(## Provider
[[city]]\
[[street and number]]\
[[postal code and town]]

Represented by: [[name and office]]

## Contact
E-mail: [[sender address]]\
Phone: [[phone number]]

## VAT
VAT identification number: [[number, or delete this part]]
)";
inline constexpr std::string_view kPrivacyDe = R"(## Wer verantwortlich ist
[[Stadt]], [[Anschrift]]. Datenschutzbeauftragte Person: [[Name und Kontakt]].

## Anmeldung
Für die Anmeldung werden Name und E-Mail-Adresse gespeichert, dazu die gewählten Tage und
Veranstaltungen. Rechtsgrundlage: [[Rechtsgrundlage]]. 90 Tage nach der Veranstaltung werden die
Angaben gelöscht.

## Termine
[[Diesen Abschnitt löschen, wenn Sie keine Termine vergeben]]

Für einen Termin werden Name, E-Mail-Adresse, Anliegen und Zeit gespeichert. Rechtsgrundlage:
[[Rechtsgrundlage]]. 14 Tage nach dem Termin werden die Angaben gelöscht. Wer auf einen frei
werdenden Termin wartet, steht mit E-Mail-Adresse und gewünschten Tagen auf einer Liste, höchstens
bis zum letzten dieser Tage, ohne Bestätigung der Adresse einen Tag. Der Warteraum kommt ohne Namen
aus.

## Online-Formulare
[[Diesen Abschnitt löschen, wenn Sie keine Online-Formulare anbieten]]

Gespeichert wird, was in ein Formular eingetragen und hochgeladen wird, dazu die Nachrichten zum
Vorgang. Zweck, Rechtsgrundlage und Aufbewahrung stehen auf der ersten Seite jedes Formulars. Ein
Entwurf wird 30 Tage nach der letzten Änderung gelöscht, ein zurückgezogener Vorgang nach 30 Tagen,
ein entschiedener nach der Frist, die das Formular nennt.

## Nachricht zum Glasfaser-Ausbau
[[Diesen Abschnitt löschen, wenn Sie keine Glasfaser-Auskunft anbieten]]

Gespeichert werden E-Mail-Adresse, Straße, Hausnummer und Wunsch. Rechtsgrundlage ist die
Einwilligung. Ohne Bestätigung werden die Angaben nach 7 Tagen gelöscht, sonst spätestens nach zwei
Jahren. Wer den Wunsch beendet, dessen Adresse wird sofort gelöscht; der Nachweis der Einwilligung
bleibt ohne sie drei Jahre.

## Newsletter
Gespeichert werden E-Mail-Adresse, Themen und Sprache und als Nachweis, welchem Wortlaut wann
zugestimmt wurde. Unbestätigte Adressen werden nach 7 Tagen gelöscht. Beim Abbestellen wird die
Adresse sofort gelöscht; der Nachweis bleibt ohne sie drei Jahre. Ob der Newsletter geöffnet oder
etwas angeklickt wird, wird nicht gemessen.

## Einwilligungen
Jede Einwilligung ist freiwillig und steht für sich. Festgehalten wird, welcher Wortlaut wann
bestätigt wurde. Widerruf: formlos an [[Absender-Adresse]].

## Cookies
Zum Lesen wird kein Cookie gesetzt. Beim Reservieren von Plätzen merkt sich ein Cookie das Gerät
für 90 Tage, damit niemand alle Plätze an sich nimmt. Wer sich an der Konsole anmeldet, bekommt
eines für die Sitzung. Gemerkte Veranstaltungen und das Programm für unterwegs speichert der Browser
auf dem Gerät.

## Protokoll
Das Zugriffsprotokoll enthält keine Namen und keine Adressen von Personen. Das Programm läuft bei
[[Betreiber des Servers]].

## Ihre Rechte
Auskunft, Berichtigung, Löschung, Einschränkung und Widerspruch; Beschwerde bei
[[zuständige Aufsichtsbehörde]].
)";
inline constexpr std::string_view kPrivacyEn = R"(## Who is responsible
[[city]], [[address]]. Data protection officer: [[name and contact]].

## Registration
For the registration we store name and e-mail address, and the days and sessions that were chosen.
Legal basis: [[legal basis]]. They are deleted 90 days after the event.

## Appointments
[[Delete this part if you offer no appointments]]

For an appointment we store name, e-mail address, matter and time. Legal basis: [[legal basis]].
They are deleted 14 days after the appointment. Whoever waits for a time that comes free is on a
list with e-mail address and wished days, until the last of these days at most, and for one day
where the address is not confirmed. The waiting room does without names.

## Online forms
[[Delete this part if you offer no online forms]]

We store what is entered and uploaded in a form, and the messages about the case. The first page of
each form names purpose, legal basis and retention. A draft is deleted 30 days after its last
change, a case that was withdrawn after 30 days, one that was decided after the
time that the form names.

## News about fibre
[[Delete this part if you offer no information on fibre]]

We store e-mail address, street, house number and wish. The legal basis is consent. Without
confirmation they are deleted after 7 days, otherwise after two years at the latest. Whoever ends
the wish has the address deleted at once; the proof of consent stays for three years without it.

## Newsletter
E-mail address, topics and language are stored and, as proof, which wording was agreed to and when.
Addresses that are not confirmed are deleted after 7 days. Whoever unsubscribes has the address
deleted at once; the proof stays for three years without it. Opening and clicking are not measured.

## Consents
Each consent is voluntary and stands alone. A record is kept of the wording that was agreed to and
when. To withdraw one, write to [[sender address]].

## Cookies
Reading sets no cookie. When seats are reserved a cookie remembers the device for 90 days, so that
nobody can take all the seats. Whoever signs in to the console gets one for the session. Sessions
that are noted and the programme for use without network are kept by the browser on the device.

## Log
The access log holds no names and no addresses of people. The program is run by
[[who runs the server]].

## Your rights
Access, rectification, erasure, restriction and objection; complaint to
[[supervisory authority]].
)";
inline constexpr std::string_view kAccessibilityDe = R"(## Stand der Vereinbarkeit
Diese Seite soll den Anforderungen der EN 301 549 (WCAG 2.1, Stufe AA) genügen. Geprüft wurde sie
am [[Datum]] durch [[Selbstbewertung oder Prüfstelle]].

## Was noch nicht barrierefrei ist
[[Bekannte Mängel, oder: Uns sind keine bekannt]]

## Barrieren melden
E-Mail: [[Absender-Adresse]]

## Durchsetzung
Wenn eine Meldung nicht hilft: [[Ombudsstelle des Landes]].
)";
inline constexpr std::string_view kAccessibilityEn = R"(## State of conformance
This site shall meet EN 301 549 (WCAG 2.1, level AA). It was assessed on [[date]] by
[[self-assessment or test centre]].

## What is not accessible yet
[[Known barriers, or: we know of none]]

## Report barriers
E-mail: [[sender address]]

## Enforcement
If a report does not help: [[ombudsperson of the state]].
)";

}  // namespace revier::setup::detail
