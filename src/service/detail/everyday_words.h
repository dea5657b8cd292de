// SPDX-License-Identifier: EUPL-1.2
// Words of everyday and of administrations that compounds are made of; folded (words.h).
#pragma once
#include <string_view>

namespace revier::service::detail {

inline constexpr std::string_view kEverydayWords =
    "abfall abgabe abholung ablauf adresse akte alter amt angabe anlage anmeldung anruf anschluss "
    "anschrift antrag anwohner anzeige arbeit arzt aufenthalt ausfall ausgabe auskunft ausland "
    "ausweis auto bad bahn bau bauer baum beamter becken beginn begleitung behorde beihilfe "
    "beitrag "
    "beleg beratung bereich bericht beruf bescheid bescheinigung beschwerde besitz besuch betrag "
    "betreuung betrieb bett bewohner bezirk bild bio bildung boden brief brille buch burger buro "
    "bus "
    "daten dauer dienst drittel ehe ehren eigentum einkommen einladung eltern ende energie erbe "
    "erklarung erlaubnis express fach fahrer fahrrad fahrt fahrzeug fall familie farbe fest feuer "
    "film firma fisch fleisch flucht form formular foto frage frau freizeit frist fund fuss garage "
    "garten gast gebaude gebuhr geburt gefahr geld gemeinde genehmigung gerat gericht geschaft "
    "gesetz gesicht gesundheit gewerbe glas grab grund gruppe gut hafen halle halt halter hand "
    "handel handy haupt haus haushalt heim heirat heizung hilfe hof holz hund jahr jugend kabel "
    "kalender kammer karte kasse katze kauf kennzeichen kette kind kirche klasse konto kosten "
    "kranken "
    "kredit kuche kurs laden lager land laterne leben lebensmittel lehrer leihe leistung leitung "
    "licht liste loch lohn luft mann markt marke masse meister meldung miete mieter mittag mittel "
    "mobel motor mull mutter name natur netz nummer ordnung ort papier park partei pass pension "
    "person pferd pflege pflicht plakette plan platz post praxis preis prufung rad rasse rat raum "
    "recht register reifen reise rente rest roller sache satz schaden schein schild schlag schluss "
    "schlussel schnee schrott schuld schule schuler schutz see senior sicherheit sitz sommer "
    "sperre "
    "spiel sport sprache staat stadt stand standes stelle steuer strasse strafe strom stunde "
    "system "
    "tag tasche tausch telefon termin test ticket tier tisch tod tonne tor trauung umzug unfall "
    "unterhalt unterlage urkunde urlaub vater verbot verein verkauf verkehr verlust vermieter "
    "versicherung vertrag verwaltung vorschuss wagen wahl wald waren wasser wechsel weg werk "
    "werkstatt wetter winter wohnung wohnsitz wort wunsch zahl zahn zahlung zaun zeichen zeit "
    "zentrum zettel zeugnis zimmer zoo zug zulassung zuschuss zustimmung zweit";

}  // namespace revier::service::detail
