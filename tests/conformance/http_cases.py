# SPDX-License-Identifier: EUPL-1.2
"""The same for the HTTP binding: clause 6, and what clients of it hold on to."""
from urllib.parse import quote

from cases import case, create, ids, refused, step, LD, MERGE, CORE

case("6.3.2", "another method on a resource is 405 and says which there are",
     step("PUT /types", 405, {}, answer_headers={"Allow": "GET, HEAD, OPTIONS"}))

case("HTTP", "OPTIONS tells the methods, and a page of an allowed origin what it may do",
     step("OPTIONS /types", 204, answer_headers={"Allow": "GET, OPTIONS"}),
     step("OPTIONS /entities/urn:a:1/", 204, headers={"Origin": "https://map.example"},
          answer_headers={"Access-Control-Allow-Origin": "https://map.example",
                          "Access-Control-Allow-Methods": "GET, PUT, PATCH, DELETE"}),
     step("GET /types", 200, headers={"Origin": "https://map.example"},
          answer_headers={"Access-Control-Allow-Origin": "https://map.example"}),
     step("GET /types", 200, headers={"Origin": "https://evil.example"},
          answer_headers={"Access-Control-Allow-Origin": ""}),
     step("HEAD /types", 200, check=lambda body: body is None))

case("6.3.4", "media types: the clause's order, but weights first",
     create({"id": "urn:a:1"}),
     *[step("GET /entities/urn:a:1", 200, headers={"Accept": accept},
            answer_headers={"Content-Type": kind}) for accept, kind in (
         ("application/ld+json, application/json", "application/json"),
         ("application/json;q=0.1, application/ld+json;q=0.9", "application/ld+json"),
         ("application/json;q=0, */*", "application/ld+json"),
         ("application/ld+json;q=wrong", "application/ld+json"),
         ("application/geo+json", "application/geo+json"), ("*/*", "application/json"))],
     step("GET /entities/urn:a:1", 406, headers={"Accept": "text/html"}),
     step("GET /types", 406, headers={"Accept": "application/geo+json"}),
     step("POST /entities", 415, "x", headers={"Content-Type": "text/plain"},
          answer_headers={"Content-Length": "0"}),
     step("POST /entities", 415, "{}", headers=MERGE))

HOSTED = {"@context": {"free": "https://herne.example/free"}}
case("5.13.2", "an @context is stored, told of and served; what is none is refused",
     step("POST /jsonldContexts", 201, HOSTED),
     step("GET /jsonldContexts?kind=Hosted", 200, check=lambda j: len(j) == 1
          and "/ngsi-ld/v1/jsonldContexts/" in j[0]),
     step("GET /jsonldContexts?kind=Hosted&details=true", 200,
          check=lambda j: {"URL", "localId", "kind", "createdAt"} == set(j[0])),
     step("GET /jsonldContexts?kind=Other", 400, error="BadRequestData"),
     step("POST /jsonldContexts", 400, {"free": "urn:x"}, error="InvalidRequest"),
     step("POST /jsonldContexts", 400, {"@context": 42}, error="BadRequestData"))
case("5.13.4", "an @context that is not there, and the core context",
     step("GET /jsonldContexts/none", 404, error="ResourceNotFound"),
     step(f"GET /jsonldContexts/{quote(CORE, safe='')}", 422, error="OperationNotSupported"),
     step(f"GET /jsonldContexts/{quote(CORE, safe='')}?details=true", 200,
          check=lambda j: j["kind"] == "Cached"))
case("5.13.5", "what is not stored is not deleted, the core context never",
     step("DELETE /jsonldContexts/none", 404, error="ResourceNotFound"),
     step("DELETE /jsonldContexts/none?reload=true", 400, error="BadRequestData"),
     step(f"DELETE /jsonldContexts/{quote(CORE, safe='')}", 400, error="BadRequestData"))
case("5.13.1", "the @context of a subscription that is an array gets a URL",
     step("POST /subscriptions", 201,
          {"id": "urn:s:1", "type": "Subscription", "entities": [{"type": "Room"}],
           "notification": {"endpoint": {"uri": "http://127.0.0.1:9/"}},
           "@context": [CORE, {"Room": "https://herne.example/Room"}]}, headers=LD),
     step("GET /jsonldContexts?kind=ImplicitlyCreated", 200, check=lambda j: len(j) == 1),
     step("GET /subscriptions/urn:s:1", 200,
          check=lambda j: "/ngsi-ld/v1/jsonldContexts/" in j["jsonldContext"]))
case("5.5.6", "an @context that cannot be had",
     step("POST /entities", 504,
          {"id": "urn:r:1", "type": "Room", "@context": "https://no.example"},
          headers=LD, error="LdContextNotAvailable"))
SOURCE = {"id": "urn:reg:1", "type": "ContextSourceRegistration", "endpoint": "http://192.0.2.1",
          "information": [{"entities": [{"type": "Room"}], "propertyNames": ["seats"]}]}
case("5.9.2", "a context source is registered, once",
     step("POST /csourceRegistrations", 201, SOURCE,
          answer_headers={"Location": "/ngsi-ld/v1/csourceRegistrations/urn:reg:1"}),
     refused("POST /csourceRegistrations", "AlreadyExists", SOURCE, status=409),
     step("GET /csourceRegistrations/urn:reg:1", 200, json=SOURCE),
     refused("POST /csourceRegistrations", "BadRequestData", {**SOURCE, "information": []}),
     refused("POST /csourceRegistrations", "BadRequestData",
             {**SOURCE, "expiresAt": "2018-11-29T14:53:15Z"}))
case("5.9.2", "what is here cannot be redirected",
     create({"id": "urn:r:1", "type": "Room"}),
     step("POST /csourceRegistrations", 409,
          {**SOURCE, "mode": "redirect", "information": [{"entities": [{"type": "Room"}]}]}))
case("5.9.3", "a registration is changed by parts",
     step("POST /csourceRegistrations", 201, SOURCE),
     step("PATCH /csourceRegistrations/urn:reg:1", 204, {"description": "rooms"}),
     step("GET /csourceRegistrations/urn:reg:1", 200, json={**SOURCE, "description": "rooms"}),
     step("PATCH /csourceRegistrations/urn:reg:1", 204, {"description": None}),
     step("GET /csourceRegistrations/urn:reg:1", 200, json=SOURCE),
     step("DELETE /csourceRegistrations/urn:reg:1", 204),
     refused("PATCH /csourceRegistrations/urn:reg:1", "ResourceNotFound", {}, status=404))
case("5.10.2", "registrations are found by types and attributes, not by ids alone",
     step("POST /csourceRegistrations", 201, SOURCE),
     step("GET /csourceRegistrations?type=Room&attrs=seats", 200, json=[SOURCE]),
     step("GET /csourceRegistrations?type=Room&attrs=name", 200, json=[]),
     step("GET /csourceRegistrations?type=Room&timerel=before&timeAt=2030-01-01T00:00:00Z", 200,
          json=[]),
     refused("GET /csourceRegistrations?id=urn:r:1", "BadRequestData"))
case("5.6.21", "what others alone have is not purged by an operation that they do not offer",
     step("POST /csourceRegistrations", 201,
          {**SOURCE, "mode": "redirect", "operations": ["retrieveOps"]}),
     refused("DELETE /entities?type=Room", "Conflict", status=409),
     step("DELETE /entities?type=Room&local=true", 204))
MAP_URN = "/ngsi-ld/v1/entityMaps/urn:ngsi-ld:EntityMap:"
case("5.14", "an entity map tells where the entities of a query lie",
     create({"id": "urn:t:1", "a": 1}),
     create({"id": "urn:t:2", "a": 2}),
     step("GET /entityMaps?type=T&q=a%3E1", 201,
          check=lambda j: j["type"] == "EntityMap" and j["entityMap"] == {"urn:t:2": ["@none"]}
          and j["linkedMaps"] == {} and j["id"].startswith("urn:ngsi-ld:EntityMap:")),
     step("POST /entityMaps", 201, {"type": "Query", "entities": [{"type": "T"}]},
          check=lambda j: list(j["entityMap"]) == ["urn:t:1", "urn:t:2"]),
     step("GET /entities?type=T&entityMap=true", 201, check=lambda j: len(j) == 2),
     step("GET /entities/urn:t:1?entityMap=true", 200),
     step("GET /temporal/entityMaps?type=T&timerel=after&timeAt=2000-01-01T00:00:00Z"
          "&timeproperty=modifiedAt", 201,
          check=lambda j: list(j["entityMap"]) == ["urn:t:1", "urn:t:2"]),
     *[step(f"GET {path}", 201, headers={"Accept": "application/ld+json"},
            check=lambda j: "@context" in j)
       for path in ("/entityMaps?type=T", "/temporal/entityMaps?type=T&timerel=after"
                    "&timeAt=2000-01-01T00:00:00Z")],
     refused("GET /temporal/entityMaps?type=T", "BadRequestData"),
     refused("GET /entityMaps?id=urn:t:1", "BadRequestData"),
     refused("GET /entityMaps?type=T&entityMapLifetime=1hour", "BadRequestData"),
     refused("GET /entityMaps?type=T&geometryProperty=location", "BadRequestData"),
     refused("GET /entityMaps/nouri", "BadRequestData"),
     refused("GET /entityMaps/urn:m:1", "ResourceNotFound", status=404),
     refused("PATCH /entityMaps/urn:m:1", "ResourceNotFound", {}, status=404),
     refused("DELETE /entityMaps/urn:m:1", "ResourceNotFound", status=404))
case("5.5.14", "who names a map that is gone gets a new one",
     create({"id": "urn:t:1", "a": 1}),
     step("GET /entities?type=T", 201, headers={"NGSILD-EntityMap": MAP_URN + "x"}),
     step("GET /entities/urn:t:1", 200, headers={"NGSILD-EntityMap": MAP_URN + "x"}))
case("5.15.1", "the server says who it is, each tenant by itself",
     step("GET /info/sourceIdentity", 200,
          check=lambda j: j["type"] == "ContextSourceIdentity"
          and j["contextSourceAlias"].startswith("revier-") and "." in j["contextSourceAlias"]
          and j["contextSourceUptime"].startswith("PT")))
case("6.3.5", "the @context stands in the body or in a Link, never in both",
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:1", "type": "T", "@context": CORE}),
     refused("POST /entities", "BadRequestData", {"id": "urn:a:1", "type": "T"}, headers=LD),
     step("POST /entities", 504,
          {"id": "urn:a:1", "type": "T", "@context": "http://127.0.0.1:1/c"}, headers=LD),
     step("POST /entities", 201, {"id": "urn:a:1", "type": "T", "@context": CORE}, headers=LD),
     step("GET /entities/urn:a:1", 200, headers={"Accept": "application/ld+json"},
          json={"@context": CORE, "id": "urn:a:1", "type": "T"}))

case("6.3.14", "the tenant's name comes back",
     step("GET /types", 200, headers={"NGSILD-Tenant": "other"},
          answer_headers={"NGSILD-Tenant": "other"}))

case("6.3.20", "parameters that an operation does not take are InvalidRequest",
     create({"id": "urn:a:1"}),
     *[refused(request, "InvalidRequest", body) for request, body in (
         ("GET /entities?type=T&unknown=1", None), ("GET /entities/urn:a:1?q=a", None),
         ("GET /entities/urn:a:1?options=noOverwrite", None),
         ("GET /entities/urn:a:1?format=other", None), ("GET /entities?type=T&type=U", None),
         ("POST /entities?options=x", {"id": "urn:a:2", "type": "T"}),
         ("DELETE /entities/urn:a:1?limit=1", None))])
