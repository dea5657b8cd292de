# SPDX-License-Identifier: EUPL-1.2
"""The same for snapshots: clauses 5.2.41, 5.5.15, 5.16, 6.3.22, 6.36 to 6.38."""
from cases import case, create, refused, step

ONE = "/snapshots/urn:s:1"
IN = {"NGSILD-Snapshot": "urn:s:1"}
ROOMS = {"id": "urn:s:1", "type": "Snapshot",
         "snapshotQueries": [{"type": "Query", "entities": [{"type": "T"}], "q": "n>1"}]}


def ready(status="success", path=ONE):
    return step(f"GET {path}", 200, check=lambda s: s["snapshotStatus"] == status, soon=True)


def ids_in(headers, *expected):
    return step("GET /entities?type=T", 200, headers=headers,
                check=lambda found: sorted(e["id"] for e in found) == list(expected))


case("5.16.1", "what the query yields stays as it was",
     create({"id": "urn:a:1", "n": 1}), create({"id": "urn:a:2", "n": 2}),
     step("POST /snapshots", 201, ROOMS,
          answer_headers={"Location": "/ngsi-ld/v1/snapshots/urn:s:1"}),
     ready(),
     step(f"GET {ONE}", 200, check=lambda s: s["snapshotPriority"] == 5
          and s["snapshotQueriesDetails"] == [{"resultStatus": "success"}]
          and s["lastUsedAt"] and s["expiresAt"] > s["createdAt"]),
     step("PATCH /entities/urn:a:2/attrs", 204, {"n": 7}), create({"id": "urn:a:3", "n": 3}),
     ids_in(IN, "urn:a:2"),
     step("GET /entities/urn:a:2?format=simplified", 200, headers=IN,
          json={"id": "urn:a:2", "type": "T", "n": 2}, answer_headers=IN),
     step("GET /entities/urn:a:1", 404, headers=IN, answer_headers=IN),
     step("GET /types", 200, headers=IN, check=lambda t: t["typeList"] == ["T"]),
     step(f"DELETE {ONE}", 204), step(f"GET {ONE}", 404), step(f"DELETE {ONE}", 404),
     step("GET /entities?type=T", 404, headers=IN),
     step("GET /entities?type=T", 200, check=lambda found: len(found) == 3))
case("5.16.1", "the states of a snapshot, and what of each query became",
     create({"id": "urn:a:1", "n": 1}),
     step("POST /snapshots", 201, {**ROOMS, "id": "urn:s:2"}), ready("empty", "/snapshots/urn:s:2"),
     step("POST /snapshots", 201, {"id": "urn:s:1", "type": "Snapshot", "snapshotQueries": [
         {"type": "Query", "entities": [{"type": "T"}]},
         {"type": "Query", "entities": [{"type": "Other"}]}]}),
     ready("partial"),
     step(f"GET {ONE}", 200, check=lambda s: s["snapshotQueriesDetails"] ==
          [{"resultStatus": "success"}, {"resultStatus": "empty"}]))
case("5.2.41", "what is no snapshot is refused",
     step("POST /snapshots", 201, ROOMS),
     refused("POST /snapshots", "AlreadyExists", ROOMS, status=409),
     *[refused("POST /snapshots", "BadRequestData", {"type": "Snapshot", **body}) for body in (
         {}, {"snapshotQueries": []}, {"snapshotQueries": [{"type": "Query"}]},
         {"snapshotQueries": [{"type": "Query", "entities": [{"type": "T"}], "q": "(("}]},
         {"snapshotQueries": [{"type": "Query", "entities": [{"type": "T"}],
                               "temporalQ": {"timerel": "after",
                                             "timeAt": "2020-01-01T00:00:00Z"}}]},
         {"snapshotTemporalQueries": [{"type": "Query", "entities": [{"type": "T"}]}]},
         *[{**ROOMS, "id": "urn:s:9", **more} for more in (
             {"snapshotPriority": 11}, {"snapshotPriority": 2.5}, {"snapshotLifetime": "soon"},
             {"snapshotLifetime": "PT0S"}, {"endpoint": "mailto:a@b.example"}, {"id": "no uri"},
             {"receiverInfo": [{"key": "a"}]}, {"colour": "red"})])],
     refused("POST /snapshots", "BadRequestData", {**ROOMS, "type": "Query"}),
     refused("GET /snapshots/none", "BadRequestData"),
     refused("GET /snapshots/urn:none", "ResourceNotFound", status=404),
     step("GET /entities?type=T", 404, headers={"NGSILD-Snapshot": "urn:none"},
          error="ResourceNotFound"))
case("5.16.4", "a status is changed by parts, its queries never",
     create({"id": "urn:a:1", "n": 2}), step("POST /snapshots", 201, ROOMS), ready(),
     step(f"PATCH {ONE}", 200, {"snapshotPriority": 2, "snapshotLifetime": "PT1H"},
          check=lambda s: s["snapshotPriority"] == 2 and s["snapshotLifetime"] == "PT1H"),
     step(f"PATCH {ONE}", 200, {"snapshotLifetime": None, "snapshotStatus": "failure"},
          check=lambda s: "snapshotLifetime" not in s and s["snapshotStatus"] == "success"),
     *[refused(f"PATCH {ONE}", "BadRequestData", body) for body in (
         {"snapshotQueries": []}, {"id": "urn:s:2"}, {"snapshotPriority": 0})],
     refused("PATCH /snapshots/urn:none", "ResourceNotFound", {}, status=404))
case("5.16.2", "a clone has all that its origin has, and goes its own way",
     create({"id": "urn:a:1", "n": 2, "part": {"type": "Relationship", "object": "urn:p:1"}}),
     step("POST /snapshots", 201, ROOMS), ready(),
     refused(f"POST {ONE}/clone", "BadRequestData", {**ROOMS, "id": "urn:s:2"}),
     refused("POST /snapshots/urn:none/clone", "ResourceNotFound", {"type": "Snapshot"},
             status=404),
     step(f"POST {ONE}/clone", 201, {"id": "urn:s:2", "type": "Snapshot", "snapshotPriority": 9}),
     ready(path="/snapshots/urn:s:2"),
     step("PATCH /entities/urn:a:1/attrs", 204, {"n": 3}, headers=IN),
     step(f"DELETE {ONE}", 204),
     step("GET /entities/urn:a:1?format=simplified", 200, headers={"NGSILD-Snapshot": "urn:s:2"},
          json={"id": "urn:a:1", "type": "T", "n": 2, "part": "urn:p:1"}))
case("5.16.7", "a purge selects by the members of snapshots, and by nothing else",
     create({"id": "urn:a:1", "n": 2}), step("POST /snapshots", 201, ROOMS), ready(),
     step("POST /snapshots", 201, {**ROOMS, "id": "urn:s:2", "snapshotPriority": 9}),
     ready(path="/snapshots/urn:s:2"),
     refused("DELETE /snapshots", "BadRequestData"),
     refused("DELETE /snapshots?q=n>1", "BadRequestData"),
     refused("DELETE /snapshots?q=((", "BadRequestData"),
     refused("DELETE /snapshots?q=snapshotPriority<2", "ResourceNotFound", status=404),
     step('DELETE /snapshots?q=snapshotPriority<6;snapshotStatus=="success"'
          ";createdAt>2020-01-01T00:00:00Z", 204),
     step(f"GET {ONE}", 404), step("GET /snapshots/urn:s:2", 200))
case("5.5.15", "operations on a snapshot change it and nothing else; it belongs to its tenant",
     create({"id": "urn:a:1", "n": 2}), step("POST /snapshots", 201, ROOMS), ready(),
     step("POST /entities", 201, {"id": "urn:b:1", "type": "T"}, headers=IN),
     step("DELETE /entities/urn:a:1", 204, headers=IN),
     step("POST /entityOperations/query", 200, {"type": "Query", "entities": [{"type": "T"}]},
          headers=IN, check=lambda found: [e["id"] for e in found] == ["urn:b:1"]),
     step("GET /entities?local=false", 200, headers=IN, check=lambda found: len(found) == 1),
     step("GET /entities?type=T", 200, check=lambda found: [e["id"] for e in found] == ["urn:a:1"]),
     step("GET /entities?type=T", 404, headers={**IN, "NGSILD-Tenant": "other"}),
     step("GET /csourceRegistrations?type=T", 422, headers=IN, error="OperationNotSupported"),
     step("GET /snapshots/urn:s:1", 422, headers=IN, error="OperationNotSupported"))
case("5.16.1", "what a query shows is what is frozen, with what is linked where it asks for that",
     create({"id": "urn:a:1", "n": 2, "m": 3,
             "part": {"type": "Relationship", "object": "urn:p:1"}}),
     step("POST /entities", 201, {"id": "urn:p:1", "type": "Part", "weight": 5}),
     step("POST /snapshots", 201, {"id": "urn:s:1", "type": "Snapshot", "snapshotQueries": [
         {"type": "Query", "entities": [{"type": "T"}], "omit": ["m"], "join": "flat"}]}),
     ready(),
     step("GET /entities?local=true&format=simplified", 200, headers=IN, check=lambda found:
          sorted(map(str, found)) == sorted(map(str, [
              {"id": "urn:a:1", "type": "T", "n": 2, "part": "urn:p:1"},
              {"id": "urn:p:1", "type": "Part", "weight": 5}]))))
case("5.16.1", "a temporal query freezes what was, when",
     step("POST /temporal/entities", 201, {"id": "urn:a:1", "type": "T", "t": [
         {"type": "Property", "value": v, "observedAt": f"2025-01-01T00:0{v}:00Z"}
         for v in range(1, 6)]}),
     step("POST /snapshots", 201, {"id": "urn:s:1", "type": "Snapshot", "snapshotTemporalQueries": [
         {"type": "Query", "entities": [{"type": "T"}], "temporalQ": {
             "timerel": "between", "timeAt": "2025-01-01T00:02:00Z",
             "endTimeAt": "2025-01-01T00:05:00Z"}}]}),
     ready(),
     step(f"GET {ONE}", 200, check=lambda s: s["snapshotTemporalQueriesDetails"] ==
          [{"resultStatus": "success"}]),
     step("DELETE /temporal/entities/urn:a:1", 204),
     step("GET /temporal/entities/urn:a:1", 404),
     step("GET /temporal/entities/urn:a:1", 200, headers=IN,
          check=lambda e: [i["value"] for i in e["t"]] == [2, 3, 4] and e["type"] == "T"),
     step("POST /temporal/entities/urn:a:1/attrs", 204, {"t": [
         {"type": "Property", "value": 9, "observedAt": "2025-02-01T00:00:00Z"}]}, headers=IN),
     step("GET /temporal/entities?type=T&timerel=after&timeAt=2025-01-01T00:04:00Z", 200,
          headers=IN, check=lambda found: [i["value"] for i in found[0]["t"]] == [4, 9]))
