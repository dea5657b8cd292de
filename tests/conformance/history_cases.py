# SPDX-License-Identifier: EUPL-1.2
"""The same for history: clauses 4.11, 4.5.6 to 4.5.9, 4.5.19, 5.6.11 to 5.6.16, 5.7.3, 5.7.4."""
from cases import case, create, ids, refused, step

OBSERVED = [{"type": "Property", "value": v, "observedAt": f"2025-01-01T00:0{v}:00Z"}
            for v in range(1, 6)]
ALL = "timerel=after&timeAt=2025-01-01T00:00:00Z"


def evolution(entity_id="urn:a:1", **more):
    return step("POST /temporal/entities", 201,
                {"id": entity_id, "type": "T", "t": OBSERVED, **more})


def pairs(path, *expected, name="t"):
    sign = "&" if "?" in path else "?"
    return step(f"GET {path}{sign}format=temporalValues", 200,
                check=lambda found: (found[0] if isinstance(found, list) else found)
                [name]["values"] == [list(pair) for pair in expected])


def observed(*values):
    return [(v, f"2025-01-01T00:0{v}:00Z") for v in values]


case("4.11", "before leaves out its time, after takes it, between takes its start only",
     evolution(),
     pairs("/temporal/entities/urn:a:1?timerel=before&timeAt=2025-01-01T00:03:00Z",
           *observed(1, 2)),
     pairs("/temporal/entities/urn:a:1?timerel=after&timeAt=2025-01-01T00:03:00Z",
           *observed(3, 4, 5)),
     pairs("/temporal/entities/urn:a:1?timerel=between&timeAt=2025-01-01T00:02:00Z"
           "&endTimeAt=2025-01-01T00:04:00.000Z", *observed(2, 3)),
     *[refused(f"GET /temporal/entities/urn:a:1?{query}", "BadRequestData") for query in (
         "timerel=during&timeAt=2025-01-01T00:00:00Z", "timerel=after",
         "timeAt=2025-01-01T00:00:00Z",
         "timerel=after&timeAt=2025-01-01", "timerel=between&timeAt=2025-01-01T00:00:00Z",
         f"{ALL}&timeproperty=expiresAt", "lastN=0", "lastN=1.5", "lastN=-1")],
     refused("GET /temporal/entities?type=T", "BadRequestData"),
     refused(f"GET /temporal/entities?{ALL}", "BadRequestData"))

case("4.5.7", "a change of current state is an instance, its deletion one without value",
     create({"id": "urn:a:1", "n": 1}),
     step("PATCH /entities/urn:a:1/attrs", 204, {"n": 2}),
     step("DELETE /entities/urn:a:1/attrs/n", 204),
     step("GET /temporal/entities/urn:a:1", 200, check=lambda found:
          [i["value"] for i in found["n"]] == [1, 2, "urn:ngsi-ld:null"]
          and "deletedAt" in found["n"][2] and len({i["instanceId"] for i in found["n"]}) == 3),
     step("GET /temporal/entities/urn:a:1?timeproperty=deletedAt", 200,
          check=lambda found: len(found["n"]) == 1),
     step("DELETE /entities/urn:a:1", 204),
     step("GET /temporal/entities/urn:a:1", 200, check=lambda found: "deletedAt" in found))

case("4.5.19", "aggregates by period, and what does not suit",
     evolution(name=[{"value": "a", "observedAt": "2025-01-01T00:01:00Z"}]),
     step(f"GET /temporal/entities/urn:a:1?{ALL}&format=aggregatedValues&attrs=t"
          "&aggrMethods=sum,max,totalCount&aggrPeriodDuration=PT2M", 200,
          check=lambda found: found["t"]["sum"][0] == [1.0, "2025-01-01T00:00:00Z",
                                                       "2025-01-01T00:02:00Z"]
          and [p[0] for p in found["t"]["max"]] == [1.0, 3.0, 5.0]
          and [p[0] for p in found["t"]["totalCount"]] == [1, 2, 2]),
     refused(f"GET /temporal/entities/urn:a:1?{ALL}&format=aggregatedValues", "BadRequestData"),
     refused(f"GET /temporal/entities/urn:a:1?{ALL}&format=aggregatedValues&aggrMethods=median",
             "BadRequestData"),
     refused(f"GET /temporal/entities/urn:a:1?{ALL}&format=aggregatedValues&aggrMethods=avg"
             "&aggrPeriodDuration=1h", "BadRequestData"),
     refused(f"GET /temporal/entities/urn:a:1?{ALL}&format=aggregatedValues&aggrMethods=avg"
             "&attrs=name", "InvalidRequest"))

case("4.5.19", "the least of texts by their characters, of times by the moment they mean",
     evolution(s=[{"value": text, "observedAt": f"2025-01-01T00:0{i}:00Z"}
                  for i, text in enumerate(("Room", "Room 2", "Room!"))],
               at=[{"value": {"@type": "DateTime", "@value": f"2020-01-01T00:00:{second}"},
                    "observedAt": f"2025-01-01T00:0{i}:00Z"}
                   for i, second in enumerate(("00.5Z", "00Z", "01Z"))]),
     *[step(f"GET /temporal/entities/urn:a:1?{ALL}&format=aggregatedValues&attrs={name}"
            "&aggrMethods=min,max", 200,
            check=lambda found, name=name, least=least, greatest=greatest:
            [found[name][method][0][0] for method in ("min", "max")] == [least, greatest])
       for name, least, greatest in (("s", "Room", "Room!"),
                                     ("at", "2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z"))])

case("4.18", "a deleted scope is the Null in history",
     create({"id": "urn:a:1", "scope": "/A"}),
     step("DELETE /entities/urn:a:1/attrs/scope", 204),
     step("GET /temporal/entities/urn:a:1?pick=scope", 200,
          check=lambda found: [i["value"] for i in found["scope"]] == ["/A", "urn:ngsi-ld:null"]
          and "deletedAt" in found["scope"][1]))

case("4.18", "only what was observed while a scope was valid answers a scope query",
     evolution(scope=[{"type": "Property", "value": "/A", "observedAt": "2025-01-01T00:00:30Z"},
                      {"type": "Property", "value": "/B", "observedAt": "2025-01-01T00:02:30Z"}]),
     pairs(f"/temporal/entities?type=T&scopeQ=/A&{ALL}", *observed(1, 2)),
     pairs(f"/temporal/entities?type=T&scopeQ=/B&{ALL}", *observed(3, 4, 5)),
     step(f"GET /temporal/entities?type=T&scopeQ=/C&{ALL}", 200, json=[]))

case("5.6.11", "upsert creates, then adds; what is sent again corrects; types grow",
     evolution(),
     step("POST /temporal/entities", 204, {"id": "urn:a:1", "type": ["T", "U"], "t": [
         {"type": "Property", "value": 9, "observedAt": "2025-01-01T00:05:00Z"}]}),
     pairs("/temporal/entities/urn:a:1", *observed(1, 2, 3, 4), (9, "2025-01-01T00:05:00Z")),
     step("GET /temporal/entities/urn:a:1", 200, check=lambda found: found["type"] == ["T", "U"]),
     step("GET /entities/urn:a:1", 404),
     refused("POST /temporal/entities", "BadRequestData", {"type": "T"}))

case("5.6.12", "instances are added to an evolution that is there",
     refused("POST /temporal/entities/urn:a:1/attrs", "ResourceNotFound", {"t": OBSERVED},
             status=404),
     evolution(),
     step("POST /temporal/entities/urn:a:1/attrs", 204, {"u": OBSERVED}),
     pairs("/temporal/entities/urn:a:1?attrs=u", *observed(1, 2, 3, 4, 5), name="u"))

case("5.6.13", "an attribute's history goes by dataset, or whole",
     evolution(u=[{"value": 1, "observedAt": "2025-01-01T00:01:00Z"},
                  {"value": 2, "observedAt": "2025-01-01T00:01:00Z", "datasetId": "urn:d"}]),
     step("DELETE /temporal/entities/urn:a:1/attrs/u", 204),
     pairs("/temporal/entities/urn:a:1?attrs=u", (2, "2025-01-01T00:01:00Z"), name="u"),
     step("DELETE /temporal/entities/urn:a:1/attrs/u?deleteAll=true", 204),
     refused("DELETE /temporal/entities/urn:a:1/attrs/u", "ResourceNotFound", status=404),
     refused("DELETE /temporal/entities/urn:a:2/attrs/u", "ResourceNotFound", status=404))

known = {}


def knows_first_instance(found):
    known["instance"] = found["t"][0]["instanceId"]
    return True


def correct(body, status, **more):
    return step(lambda: f"PATCH /temporal/entities/urn:a:1/attrs/t/{known['instance']}", status,
                body, **more)


case("5.6.14", "an instance is corrected by an instance of its attribute, and by nothing else",
     evolution(),
     step("GET /temporal/entities/urn:a:1", 200, check=knows_first_instance),
     *[correct(body, 400, error="BadRequestData")
       for body in ({}, {"other": [{"type": "Property", "value": 98}]}, {"x": 1})],
     pairs("/temporal/entities/urn:a:1", *observed(1, 2, 3, 4, 5)),
     correct({"t": [{"type": "Property", "value": 7, "observedAt": "2025-01-01T00:01:00Z"}]}, 204),
     correct({"value": 8, "observedAt": "2025-01-01T00:01:00Z"}, 204),
     pairs("/temporal/entities/urn:a:1", (8, "2025-01-01T00:01:00Z"), *observed(2, 3, 4, 5)))

case("5.6.16", "the whole evolution goes",
     evolution(),
     step("DELETE /temporal/entities/urn:a:1", 204),
     refused("GET /temporal/entities/urn:a:1", "ResourceNotFound", status=404),
     refused("DELETE /temporal/entities/urn:a:1", "ResourceNotFound", status=404),
     step(f"GET /temporal/entities?type=T&{ALL}", 200, json=[]))

case("5.7.4", "q, ids, order and pages of evolutions; the body form",
     evolution("urn:a:1"), evolution("urn:a:2"), evolution("urn:a:3", u=OBSERVED),
     ids(f"/temporal/entities?type=T&{ALL}&orderBy=id;desc&limit=2", "urn:a:3", "urn:a:2"),
     step(f"GET /temporal/entities?type=T&{ALL}&count=true&limit=0", 200, json=[],
          answer_headers={"NGSILD-Results-Count": "3"}),
     ids(f"/temporal/entities?type=T&q=u>4&{ALL}", "urn:a:3"),
     ids("/temporal/entities?type=T&q=t>4&timerel=before&timeAt=2025-01-01T00:05:00Z"),
     ids(f"/temporal/entities?type=T&attrs=u&{ALL}", "urn:a:3"),
     pairs(f"/temporal/entities?type=T&id=urn:a:2&lastN=2&{ALL}", *observed(5, 4)),
     step("POST /temporal/entityOperations/query", 200,
          {"type": "Query", "entities": [{"type": "T", "id": "urn:a:1"}],
           "temporalQ": {"timerel": "after", "timeAt": "2025-01-01T00:05:00Z"}},
          check=lambda found: len(found) == 1 and len(found[0]["t"]) == 1),
     refused("POST /temporal/entityOperations/query", "BadRequestData",
             {"type": "Query", "entities": [{"type": "T"}]}),
     refused(f"GET /temporal/entities?type=T&orderBy=t&{ALL}", "BadRequestData"),
     refused(f"GET /temporal/entities/urn:a:1?pick=a{{b}}", "BadRequestData"))
