# SPDX-License-Identifier: EUPL-1.2
"""What the broker answers, by clause of ETSI GS CIM 009 V1.9.1.

A case has a tenant of its own, so it begins with nothing. A step says the request, its body, the
status and, where it matters, the answer: json= is the whole of it, error= the type of a
ProblemDetails, check= a function of it. Paths begin behind /ngsi-ld/v1.
"""
import datetime
from dataclasses import dataclass, field
from typing import Any, Callable, Optional
from urllib.parse import quote


@dataclass
class Step:
    request: Any  # a text, or a function that makes it of what came before
    status: int
    body: Any = None
    headers: dict = field(default_factory=dict)
    json: Any = None
    error: str = ""
    check: Optional[Callable] = None
    answer_headers: dict = field(default_factory=dict)
    soon: bool = False  # asked again for a while until it is so


@dataclass
class Case:
    clause: str
    title: str
    steps: list


CASES = []


def case(clause, title, *steps):
    CASES.append(Case(clause, title, list(steps)))


def step(request, status, body=None, **more):
    return Step(request, status, body, **more)


def create(entity):
    return step("POST /entities/", 201, {"type": "T", **entity})


def simple(path, *answer, **more):
    """GET in simplified form: json is the one entity, or the list."""
    sign = "&" if "?" in path else "?"
    whole = answer[0] if answer else None
    return step(f"GET {path}{sign}format=simplified", 200, json=whole, **more)


def ids(path, *expected):
    return step(f"GET {path}", 200, check=lambda found: [e["id"] for e in found] == list(expected))


def refused(request, error, body=None, status=400, **more):
    return step(request, status, body, error=error, **more)


def in_seconds(seconds):
    """A time that far from when the step runs, not from when this table is read."""
    def moment():
        then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        return then.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return moment


LD = {"Content-Type": "application/ld+json"}
MERGE = {"Content-Type": "application/merge-patch+json"}
NULL = "urn:ngsi-ld:null"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"

# ---------------------------------------------------------------- 4: the model and its languages

case("4.5.1", "ids are URIs without anything that nobody sees",
     *[refused("POST /entities", "BadRequestData", {"id": f"urn:a:{sign}1", "type": "T"})
       for sign in (" ", "<", "\u200b", "\u202e", "\ufeff", "\u3164", "\ufdd0")],
     step("POST /entities", 201, {"id": "urn:a:größe", "type": "T"}))

case("4.5.2.2", "a proof keeps what it seals, and only a proof does",
     create({"id": "urn:a:1", "ngsildproof": {"type": "Property", "entityIdSealed": "urn:a:1",
                                              "entityTypeSealed": "T", "value": {"type": "X"}}}),
     step("GET /entities/urn:a:1?pick=ngsildproof", 200,
          json={"ngsildproof": {"type": "Property", "value": {"type": "X"},
                                "entityIdSealed": "urn:a:1", "entityTypeSealed": "T"}}),
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:2", "type": "T", "b": {"value": 1, "entityIdSealed": "urn:a:2"}}),
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:2", "type": "T", "ngsildproof": "text"}))

case("4.5.5", "datasetId chooses instances",
     create({"id": "urn:a:1", "a": [{"value": 1}, {"value": 2, "datasetId": "urn:d:1"}]}),
     simple("/entities/urn:a:1?datasetId=urn:d:1&pick=a", {"a": 2}),
     simple("/entities/urn:a:1?datasetId=@none&pick=a", {"a": 1}),
     refused("GET /entities/urn:a:1?datasetId=nouri", "BadRequestData"))

case("4.5.16", "a feature's geometry is of the dataset that is asked for",
     create({"id": "urn:a:1", "location": [
         {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 1]}},
         {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [2, 2]},
          "datasetId": "urn:d:1"}]}),
     *[step(f"GET /entities/urn:a:1{query}", 200, headers={"Accept": "application/geo+json"},
            check=lambda f, at=at: (f["geometry"] or {}).get("coordinates") == at)
       for query, at in (("", [1, 1]), ("?datasetId=urn:d:1", [2, 2]),
                         ("?datasetId=urn:d:9,@none", [1, 1]), ("?datasetId=urn:d:9", None))])

case("4.10", "geoproperty is ignored without a geo-query",
     create({"id": "urn:a:1"}), ids("/entities?type=T&geoproperty=location", "urn:a:1"))

case("4.6.2", "a name that is refused is told by its beginning, in whole characters",
     *[refused("POST /entities", "BadRequestData",
               {"id": "urn:a:1", "type": "T", "ä" * n + "*" + "😏" * 100: 1})
       for n in (1, 2, 3)])

case("5.2.1", "the Null stands nowhere but for what is deleted",
     create({"id": "urn:a:1", "a": 1}),
     refused("POST /entities", "BadRequestData", {"id": "urn:a:2", "type": NULL}),
     refused("PATCH /entities/urn:a:1", "BadRequestData", {"type": NULL}),
     *[refused("POST /entities/urn:a:1/attrs", "BadRequestData", {"a": a}) for a in (
         {"object": ["urn:x:1", NULL]}, {"object": [NULL]}, {"objectList": ["urn:x:1", NULL]},
         {"vocab": ["m", NULL]}, {"languageMap": {"en": ["a", NULL]}},
         {"object": "urn:x:1", "objectType": NULL}, {"value": 1, "valueType": NULL})],
     simple("/entities/urn:a:1?pick=a", {"a": 1}))

case("4.5.18", "a LanguageProperty's texts are told in one language",
     create({"id": "urn:a:1", "n": {"languageMap": {"de": "Saal", "en": "Hall"}}}),
     simple("/entities/urn:a:1?pick=n&lang=de,en;q=0.5", {"n": "Saal"}),
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:2", "type": "T",
              "n": {"languageMap": {"de": "x"}, "valueType": "xsd:string"}}))

case("4.5.23", "linked entities come inline or flat, as deep as asked",
     create({"id": "urn:b:1", "at": {"object": "urn:c:1"}}),
     create({"id": "urn:c:1", "type": "C", "name": "Herne", "in": {"object": "urn:d:1"}}),
     create({"id": "urn:d:1", "type": "D", "name": "Germany", "capital": {"object": "urn:c:1"}}),
     simple("/entities/urn:b:1?join=inline",
            {"id": "urn:b:1", "type": "T",
             "at": {"id": "urn:c:1", "type": "C", "name": "Herne", "in": "urn:d:1"}}),
     step("GET /entities/urn:b:1?join=inline&joinLevel=2&pick=at%7Bname,in%7Bname%7D%7D", 200,
          json={"at": {"type": "Relationship", "object": "urn:c:1", "entity": {
              "name": {"type": "Property", "value": "Herne"},
              "in": {"type": "Relationship", "object": "urn:d:1",
                     "entity": {"name": {"type": "Property", "value": "Germany"}}}}}}),
     ids("/entities/urn:b:1?join=flat&joinLevel=9", "urn:b:1", "urn:c:1", "urn:d:1"),
     ids("/entities/urn:b:1?join=flat&joinLevel=9&containedBy=urn:c:1", "urn:b:1"),
     ids("/entities?type=T&join=flat", "urn:b:1", "urn:c:1"),
     step("POST /entityOperations/query?format=simplified", 200,
          {"type": "Query", "entities": [{"type": "T"}], "join": "inline", "pick": ["at{name}"]},
          json=[{"at": {"name": "Herne"}}]),
     *[refused(f"GET /entities/urn:b:1?{wrong}", "BadRequestData") for wrong in
       ("join=tree", "join=flat&joinLevel=0", "pick=at%7Bname%7D",
        "join=inline&pick=at%7Bin%7Bname%7D%7D")])

case("4.9", "q compares values, parts of values, texts by language, objects",
     create({"id": "urn:a:1", "n": 5, "t": "abc", "list": [1, 2], "address": {"city": "Herne"},
             "l": {"languageMap": {"de": "rot", "en": "red"}}, "r": {"object": "urn:b:1"},
             "o": {"value": 1, "observedAt": "2025-01-20T08:00:00Z", "sub": 7}}),
     *[ids(f"/entities?type=T&q={quote(q)}", "urn:a:1") for q in
       ('n==5', 'n==4..6', 'n==1,5', 'n!=6', 'n>=5', 't~=^ab', 't!~=x', 'list==2',
        'address[city]=="Herne"', 'l[de]=="rot"', 'l[*]=="red"', 'r==urn:b:1', 'o.sub==7',
        'o.observedAt>2025-01-20T07:59:59Z', 'n==5;t=="abc"', 'n==6|t=="abc"', '(n==6|n==5);t')],
     *[ids(f"/entities?type=T&q={quote(q)}") for q in
       ('n=="5"', 'n>5', 'l[en]=="rot"', 'l[*]!="red"', 'r>"urn:a"', 'address[street]', 'zz')],
     *[refused(f"GET /entities?type=T&q={quote(q)}", "BadRequestData") for q in
       ('n==', 'n=5', '(n==5', 'n==5;', 'n..m', '==5')])

case("4.9", "q follows links as deep as join does, and minds hints of types",
     create({"id": "urn:b:1", "at": {"object": "urn:c:1"}}),
     create({"id": "urn:c:1", "type": "C", "name": "Herne", "in": {"object": "urn:d:1"}}),
     create({"id": "urn:d:1", "type": "D", "n": 1}),
     ids('/entities?type=T&join=flat&pick=id&q=' + quote('at{name}=="Herne"'), "urn:b:1"),
     ids('/entities?type=T&join=inline&pick=id&q=' + quote('at{C,X:name}=="Herne"'), "urn:b:1"),
     ids('/entities?type=T&join=inline&q=' + quote('at{X:name}=="Herne"')),
     ids('/entities?type=T&join=inline&joinLevel=2&pick=id&q=' + quote('at{in{n}}>=1'), "urn:b:1"),
     refused('GET /entities?type=T&q=' + quote('at{name}'), "BadRequestData"),
     refused('GET /entities?type=T&join=inline&q=' + quote('at{in{n}}'), "BadRequestData"))

case("4.9", "a term of a vocabulary is expanded where the client asks for it",
     create({"id": "urn:a:1", "g": {"vocab": "Male"}}),
     ids("/entities?type=T&q=g==Male&expandValues=g", "urn:a:1"),
     ids("/entities?type=T&q=g==Male&expandValues=g&jsonKeys=g"),
     ids("/entities?type=T&q=g==Male"))

case("4.10", "geo-queries",
     create({"id": "urn:a:1", "location": {"type": "Point", "coordinates": [7.2, 51.5]}}),
     create({"id": "urn:a:2", "location": {"type": "Polygon", "coordinates": [
         [[0, 0], [2, 0], [0, 2], [2, 2], [0, 0]]]}}),
     ids("/entities?georel=near;maxDistance==2000&geometry=Point&coordinates=[7.21,51.5]",
         "urn:a:1"),
     ids("/entities?georel=near;minDistance==2000&geometry=Point&coordinates=[7.21,51.5]",
         "urn:a:2"),
     ids("/entities?georel=within&geometry=Polygon"
         "&coordinates=[[[7,51],[8,51],[8,52],[7,52],[7,51]]]", "urn:a:1"),
     ids("/entities?georel=equals&geometry=Polygon&coordinates=[[[0,0],[2,0],[0,2],[2,2],[0,0]]]",
         "urn:a:2"),
     refused("GET /entities?georel=near&geometry=Point&coordinates=[7,51]", "BadRequestData"),
     refused("GET /entities?type=T&geometry=Point", "BadRequestData"))

case("4.12", "pages are linked with each other",
     *[create({"id": f"urn:a:{i}"}) for i in range(5)],
     step("GET /entities/?type=T&limit=2&offset=2&count=true", 200,
          check=lambda found: [e["id"] for e in found] == ["urn:a:2", "urn:a:3"],
          answer_headers={"NGSILD-Results-Count": "5"}),
     step("GET /entities?type=T&limit=0&count=true", 200, json=[],
          answer_headers={"NGSILD-Results-Count": "5"}),
     refused("GET /entities?type=T&limit=0", "BadRequestData"),
     refused("GET /subscriptions?limit=0", "BadRequestData"),
     refused("GET /csourceSubscriptions?limit=0", "BadRequestData"))

case("4.17", "types are selected by the language of types",
     step("POST /entities", 201, {"id": "urn:a:1", "type": ["A", "B"]}),
     step("POST /entities", 201, {"id": "urn:a:2", "type": "C"}),
     ids("/entities?type=(A;B)|C", "urn:a:1", "urn:a:2"),
     ids("/entities?type=A;C"),
     step("GET /entities/urn:a:1?type=A;B", 200),
     step("GET /entities/urn:a:1?type=C", 404),
     step("DELETE /entities/urn:a:1?type=C", 404),
     step("PATCH /entities/urn:a:1/attrs?type=C,A", 204, {"n": {"value": 1}}),
     refused("GET /entities?type=*&local=false", "BadRequestData"))

case("4.19", "scopes are asked for by patterns",
     create({"id": "urn:a:1", "scope": ["/A/B", "/C"]}),
     create({"id": "urn:a:2"}),
     ids("/entities?type=T&scopeQ=/A/%2B", "urn:a:1"),
     ids("/entities?type=T&scopeQ=/A/%23;/C", "urn:a:1"),
     ids("/entities?type=T&scopeQ=/B"))

case("4.21", "pick and omit",
     create({"id": "urn:a:1", "a": 1, "b": 2}),
     create({"id": "urn:a:2", "b": 2}),
     simple("/entities?type=T&pick=a", [{"a": 1}]),
     simple("/entities?type=T&pick=id%7Ca", [{"id": "urn:a:1", "a": 1}, {"id": "urn:a:2"}]),
     simple("/entities/urn:a:1?omit=type,b", {"id": "urn:a:1", "a": 1}),
     step("GET /entities/urn:a:1?pick=zz", 404),
     step("GET /entities/urn:a:2?omit=id,type,b", 404),
     *[refused(f"GET /entities/urn:a:1?{quote(wrong, safe='=&')}", "BadRequestData") for wrong in
       ("pick=a&omit=a", "pick=a&attrs=a", "omit=a&attrs=a", "pick=a,,b", "pick=a{", "pick=a{}",
        "pick={a}", "pick=a;b")])

case("4.22", "what has expired when it is written is never there",
     create({"id": "urn:a:1", "expiresAt": "2020-01-01T00:00:00Z"}),
     step("GET /entities/urn:a:1", 404),
     create({"id": "urn:a:2", "a": {"value": 1, "expiresAt": "2020-01-01T00:00:00Z"}, "b": 2}),
     simple("/entities/urn:a:2?omit=id,type", {"b": 2}),
     step("PATCH /entities/urn:a:2", 204, {"expiresAt": "2020-01-01T00:00:00Z"}),
     step("GET /entities/urn:a:2", 404),
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:3", "type": "T", "expiresAt": "2026-13-45T00:00:00Z"}))

case("4.22", "what expires goes by itself, part by part",
     create({"id": "urn:a:1", "expiresAt": in_seconds(4)}),
     create({"id": "urn:a:2", "b": [{"value": 1}, {"value": 2, "datasetId": "urn:d:1",
                                                    "expiresAt": in_seconds(4)}],
             "c": {"value": 3, "sub": {"value": 4, "expiresAt": in_seconds(4)}}}),
     step("GET /entities/urn:a:2?options=sysAttrs", 200,
          check=lambda e: "expiresAt" in e["b"][1] and "expiresAt" in e["c"]["sub"]),
     step("GET /entities/urn:a:1", 404, soon=True),
     step("GET /entities/urn:a:2?pick=b,c", 200, soon=True,
          json={"b": {"type": "Property", "value": 1}, "c": {"type": "Property", "value": 3}}),
     create({"id": "urn:a:1"}))

case("4.23", "answers come in the order that is asked for",
     create({"id": "urn:a:1", "n": 2, "t": "Zebra", "address": {"city": "C"},
             "location": {"type": "Point", "coordinates": [7.0, 51.0]}}),
     create({"id": "urn:a:2", "n": "x", "t": "Ähre", "address": {"city": "A"},
             "location": {"type": "Point", "coordinates": [7.5, 51.0]}}),
     create({"id": "urn:a:3", "n": 1, "t": "zahl", "address": {"city": "B"},
             "location": {"type": "Point", "coordinates": [8.5, 51.0]}}),
     create({"id": "urn:a:4"}),
     *[ids(f"/entities?type=T&local=true&{order}", *[f"urn:a:{i}" for i in expected])
       for order, expected in (
           ("orderBy=n", "3124"), ("orderBy=n;desc", "2134"), ("orderBy=id;desc", "4321"),
           ("orderBy=t", "2314"), ("orderBy=t&collation=de-u-co-phonebk", "2314"),
           ("orderBy=address[city]", "2314"), ("orderBy=type,n;desc&limit=2&offset=1", "13"),
           ("orderBy=location;dist-asc&orderFrom=[7.4,51]", "2134"),
           ("orderBy=location;dist-desc&orderFrom=[7.4,51]", "3124"))],
     step("POST /entityOperations/query", 200,
          {"type": "Query", "entities": [{"type": "T"}], "ordering": {"orderBy": ["n;desc"]}},
          check=lambda found: found[0]["id"] == "urn:a:2"),
     *[refused(f"GET /entities?type=T&{wrong}", "BadRequestData") for wrong in
       ("orderBy=n;up", "orderBy=", "orderBy=location;dist-asc", "orderBy=n&collation=!!no",
        "orderBy=n&local=false", "orderBy=location;dist-asc&orderFrom=[7]")])

# ---------------------------------------------------------------- 5: operations

case("5.5.4", "what is no JSON is InvalidRequest, what is no entity BadRequestData",
     refused("POST /entities", "InvalidRequest", "{"),
     refused("POST /entities", "InvalidRequest", []),
     refused("POST /entities", "BadRequestData", {"id": "urn:a:1"}),
     refused("POST /entities", "BadRequestData", {"id": "urn:a:1", "type": "T", "a": NULL}),
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:1", "type": "T", "a": {"value": {"b": NULL}}}))

case("5.5.7", "a user's @context has no scoped contexts",
     refused("POST /entities", "BadRequestData",
             {"id": "urn:a:1", "type": "T", "@context": [
                 {"T": {"@id": "urn:t", "@context": {"a": "urn:b"}}}]}, headers=LD))

case("5.5.11", "several instances of one entity are done in their order",
     step("POST /entityOperations/create", 207,
          [{"id": "urn:a:1", "type": "T", "n": 1}, {"id": "urn:a:1", "type": "T", "n": 2}],
          check=lambda r: r["success"] == ["urn:a:1"] and len(r["errors"]) == 1),
     simple("/entities/urn:a:1?pick=n", {"n": 1}),
     step("POST /entityOperations/upsert", 204,
          [{"id": "urn:a:1", "type": "T", "m": 3}, {"id": "urn:a:1", "type": "T", "n": 4}]),
     simple("/entities/urn:a:1?omit=id,type", {"n": 4}),
     step("POST /entityOperations/merge", 204,
          [{"id": "urn:a:1", "n": {"value": {"x": 1}}},
           {"id": "urn:a:1", "n": {"value": {"y": 2}}}]),
     simple("/entities/urn:a:1?pick=n", {"n": {"x": 1, "y": 2}}),
     step("POST /entityOperations/delete", 207, ["urn:a:1", "urn:a:1"],
          check=lambda r: r["success"] == ["urn:a:1"] and len(r["errors"]) == 1))

case("5.6.1", "creates once, and says where",
     step("POST /entities/", 201, {"id": "urn:a:1", "type": "T"},
          answer_headers={"Location": "/ngsi-ld/v1/entities/urn:a:1"}),
     refused("POST /entities", "AlreadyExists", {"id": "urn:a:1", "type": "T"}, status=409))

case("5.6.2", "updates attribute by attribute; a Null deletes; types are added",
     create({"id": "urn:a:1", "a": {"value": 1, "unitCode": "CEL"}, "b": 2}),
     step("PATCH /entities/urn:a:1/attrs/", 204,
          {"type": "U", "a": {"value": 5}, "b": {"value": NULL}, "c": 6}),
     step("GET /entities/urn:a:1", 200, json={
         "id": "urn:a:1", "type": ["T", "U"], "a": {"type": "Property", "value": 5},
         "c": {"type": "Property", "value": 6}}),
     step("PATCH /entities/urn:a:9/attrs", 404, {"a": 1}),
     refused("PATCH /entities//attrs", "BadRequestData", {"a": 1}))

case("5.6.3", "appends, and overwrites only where it may",
     create({"id": "urn:a:1", "a": 1}),
     step("POST /entities/urn:a:1/attrs?options=noOverwrite", 207, {"a": 2, "b": 3},
          check=lambda r: [n["attributeName"].endswith("/a") for n in r["notUpdated"]] == [True]),
     simple("/entities/urn:a:1?pick=a,b", {"a": 1, "b": 3}),
     step("POST /entities/urn:a:1/attrs", 204, {"a": 2}),
     simple("/entities/urn:a:1?pick=a", {"a": 2}))

case("5.6.4", "updates members of one instance, @context in the body",
     create({"id": "urn:a:1", "a": {"value": 1, "unitCode": "CEL", "s": 2}}),
     step("PATCH /entities/urn:a:1/attrs/a", 204, {"value": 3, "@context": CORE}, headers=LD),
     step("GET /entities/urn:a:1?pick=a", 200, json={
         "a": {"type": "Property", "value": 3, "unitCode": "CEL",
               "s": {"type": "Property", "value": 2}}}),
     refused("PATCH /entities/urn:a:1/attrs/a", "BadRequestData",
             {"type": "Relationship", "object": "urn:b:1"}),
     step("PATCH /entities/urn:a:1/attrs/z", 404, {"value": 1}))

case("5.6.5", "deletes the default instance, one, or all",
     create({"id": "urn:a:1", "a": [{"value": 1}, {"value": 2, "datasetId": "urn:d:1"},
                                    {"value": 3, "datasetId": "urn:d:2"}]}),
     step("DELETE /entities/urn:a:1/attrs/a", 204),
     step("DELETE /entities/urn:a:1/attrs/a", 404),
     refused("DELETE /entities/urn:a:1/attrs/a?datasetId=nouri", "BadRequestData"),
     step("POST /entities/urn:a:1/attrs", 204, {"a": 4}),
     step("DELETE /entities/urn:a:1/attrs/a?datasetId=@none", 204),
     step("DELETE /entities/urn:a:1/attrs/a?datasetId=urn:d:1", 204),
     step("DELETE /entities/urn:a:1/attrs/a?deleteAll=true", 204),
     simple("/entities/urn:a:1", {"id": "urn:a:1", "type": "T"}))

case("5.6.8", "upserts replace, or update",
     step("POST /entityOperations/upsert", 201, [{"id": "urn:a:1", "type": "T", "a": 1, "b": 2}],
          json=["urn:a:1"]),
     step("POST /entityOperations/upsert?options=update", 204,
          [{"id": "urn:a:1", "type": "T", "a": 5}]),
     simple("/entities/urn:a:1?pick=a,b", {"a": 5, "b": 2}),
     step("POST /entityOperations/upsert?options=update", 204,
          [{"id": "urn:a:1", "type": "T", "a": NULL, "scope": "/A"}]),
     simple("/entities/urn:a:1", {"id": "urn:a:1", "type": "T", "b": 2}),
     step("POST /entityOperations/upsert?options=update", 207,
          [{"id": "urn:a:2", "type": "T", "a": NULL}],
          check=lambda r: [e["entityId"] for e in r["errors"]] == ["urn:a:2"]),
     step("POST /entityOperations/upsert", 204, [{"id": "urn:a:1", "type": "T", "c": 7}]),
     simple("/entities/urn:a:1?omit=id,type", {"c": 7}),
     refused("POST /entityOperations/upsert?options=other", "InvalidRequest", []))

case("5.6.9", "a batch of updates tells what it could not do",
     create({"id": "urn:a:1", "a": 1}),
     step("POST /entityOperations/update?options=noOverwrite", 207,
          [{"id": "urn:a:1", "a": 2, "b": 3}, {"id": "urn:a:2", "a": 1}],
          check=lambda r: {e["entityId"] for e in r["errors"]} == {"urn:a:1", "urn:a:2"}),
     simple("/entities/urn:a:1?pick=a,b", {"a": 1, "b": 3}))

case("5.6.17", "merges to any depth, with a language and a time for all",
     create({"id": "urn:a:1", "a": {"value": {"x": 1, "y": {"z": 2}},
                                    "observedAt": "2025-01-20T08:00:00Z"},
             "n": {"languageMap": {"de": "alt", "en": "old"}}}),
     step("PATCH /entities/urn:a:1?lang=de&observedAt=2025-01-21T08:00:00Z", 204,
          {"a": {"value": {"x": NULL, "y": {"w": 3}}}, "n": "neu"}, headers=MERGE),
     step("GET /entities/urn:a:1?pick=a,n", 200, json={
         "a": {"type": "Property", "value": {"y": {"z": 2, "w": 3}},
               "observedAt": "2025-01-21T08:00:00Z"},
         "n": {"type": "LanguageProperty", "languageMap": {"de": "neu", "en": "old"}}}))

case("5.6.17", "a simplified merge keeps kinds, a normalized one changes the whole",
     create({"id": "urn:a:1", "n": {"value": 1, "unitCode": "CEL"},
             "l": {"languageMap": {"en": "a"}}}),
     refused("PATCH /entities/urn:a:1?format=simplified", "BadRequestData",
             {"n": {"json": {"k": 1}}}),
     step("PATCH /entities/urn:a:1?lang=fr&observedAt=2025-01-21T08:00:00Z", 204,
          {"l": ["un", "deux"], "new": 1}),
     step("PATCH /entities/urn:a:1", 204, {"n": {"object": "urn:x:1"}}),
     step("GET /entities/urn:a:1?pick=n,l,new", 200, json={
         "n": {"type": "Relationship", "object": "urn:x:1"},
         "l": {"type": "LanguageProperty", "languageMap": {"en": "a", "fr": ["un", "deux"]}},
         "new": {"type": "Property", "value": 1}}))

case("5.6.18", "replaces all but the time of creation",
     create({"id": "urn:a:1", "a": 1, "scope": "/A"}),
     step("PUT /entities/urn:a:1", 204, {"id": "urn:a:1", "type": "T", "b": 2}),
     simple("/entities/urn:a:1", {"id": "urn:a:1", "type": "T", "b": 2}),
     refused("PUT /entities/", "BadRequestData", {"type": "T"}))

case("5.6.21", "purges entities, or attributes of entities",
     *[create({"id": f"urn:a:{i}", "n": i, "m": i}) for i in range(4)],
     step("DELETE /entities?type=T&q=n==0", 204),
     ids("/entities?type=T", "urn:a:1", "urn:a:2", "urn:a:3"),
     step("DELETE /entities?type=T&q=n==1&drop=m", 204),
     step("DELETE /entities?id=urn:a:2&local=true&keep=m", 204),
     simple("/entities?type=T&omit=type", [
         {"id": "urn:a:1", "n": 1}, {"id": "urn:a:2", "m": 2}, {"id": "urn:a:3", "n": 3, "m": 3}]),
     step("DELETE /entities?type=*", 204),
     ids("/entities?local=true"),
     *[refused(f"DELETE /entities?{quote(wrong, safe='=&')}", "BadRequestData") for wrong in
       ("", "id=urn:a:1", "idPattern=.*", "attrs=createdAt", "q=createdAt>2020-01-01T00:00:00Z",
        "type=T&keep=a&drop=b", "type=T&drop=a{b}", "type=T&q=a{b}==1")])

case("5.7.1", "retrieves, or says why not",
     create({"id": "urn:a:1", "a": 1}),
     refused("GET /entities/nouri", "BadRequestData"),
     refused("GET /entities/urn:a:2", "ResourceNotFound", status=404),
     refused("GET /entities/urn:a:1?attrs=b", "ResourceNotFound", status=404),
     refused("GET /entities/urn:a:1?geometryProperty=location", "BadRequestData"))

case("5.7.2", "queries that would mean everything are refused",
     create({"id": "urn:a:1", "a": 1}),
     *[refused(f"GET /entities{query}", "BadRequestData") for query in
       ("", "?id=urn:a:1", "?idPattern=.*", "?attrs=modifiedAt",
        "?q=modifiedAt%3E2020-01-01T00:00:00Z", "?scopeQ=/A", "?type=T&id=nouri",
        "?type=T&csf=%3D")],
     ids("/entities?local=true", "urn:a:1"),
     ids("/entities?attrs=a", "urn:a:1"))

case("5.2.23", "a query in a body; of several selectors one has to fit",
     create({"id": "urn:a:1", "type": "A"}),
     create({"id": "urn:a:2", "type": "B"}),
     create({"id": "urn:a:3", "type": "B"}),
     step("POST /entityOperations/query", 200,
          {"type": "Query", "entities": [{"type": "A"}, {"type": "B", "id": "urn:a:3"}]},
          check=lambda found: [e["id"] for e in found] == ["urn:a:1", "urn:a:3"]),
     step("POST /entityOperations/query", 200,
          {"type": "Query", "entities": [{"type": "B", "id": "urn:a:2", "idPattern": "zzz"}]},
          check=lambda found: [e["id"] for e in found] == ["urn:a:2"]),
     step("POST /entityOperations/query", 200, {"type": "Query", "entities": [{"type": "A"}]},
          headers={"Accept": "application/geo+json"},
          check=lambda found: found["type"] == "FeatureCollection"),
     *[refused("POST /entityOperations/query", "BadRequestData", {"type": "Query", **wrong})
       for wrong in ({"entities": []}, {"entities": [{"type": "A"}], "attrs": []},
                     {"entities": [{"type": "A"}], "q": 1}, {"entities": [{"id": "urn:a:1"}]},
                     {"entities": [{"type": "A"}], "join": "inline", "joinLevel": 0},
                     {"entities": [{"type": "A"}], "temporalQ": {}}, {"type": "No"})])

case("5.7.5", "types and attributes that there are",
     create({"id": "urn:a:1", "a": 1}),
     create({"id": "urn:a:2", "a": {"object": "urn:b:1"}}),
     step("GET /types", 200, check=lambda r: r["typeList"] == ["T"]),
     step("GET /types/T", 200, check=lambda r: r["entityCount"] == 2 and r["attributeDetails"] == [
         {"id": "https://uri.etsi.org/ngsi-ld/default-context/a", "type": "Attribute",
          "attributeName": "a", "attributeTypes": ["Property", "Relationship"]}]),
     step("GET /types/U", 404),
     step("GET /attributes?details=true", 200, check=lambda r: r[0]["typeNames"] == ["T"]),
     step("GET /attributes/a", 200, check=lambda r: r["attributeCount"] == 2),
     step("GET /attributes/type", 404),
     refused("GET /attributes?limit=5", "InvalidRequest"))
