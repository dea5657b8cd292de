# SPDX-License-Identifier: EUPL-1.2
"""Access tokens of an identity provider: a small one of the test's own, with Debian's PyJWT as the
second implementation that signs."""
import json
import queue
import shutil
import tempfile
import time
import unittest

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from local_server import Handler, LocalServer
from server import Server, command

LD = "/ngsi-ld/v1"


class Key:
    """A pair of keys of the provider, named by its kid."""

    def __init__(self, kid, algorithm):
        self.kid, self.algorithm = kid, algorithm
        if algorithm.startswith(("RS", "PS")):
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        elif algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    def jwk(self):
        kind = jwt.algorithms.get_default_algorithms()[self.algorithm]
        public = self.private.public_key()
        if self.algorithm == "ES256":  # PyJWT 2.6 writes no JWK of these
            numbers = public.public_numbers()
            octets = [n.to_bytes(32, "big") for n in (numbers.x, numbers.y)]
            x, y = (jwt.utils.base64url_encode(one).decode() for one in octets)
            made = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        else:
            made = json.loads(kind.to_jwk(public))
        made.pop("key_ops", None)
        return {**made, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def public_pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Provider(LocalServer):
    """An OpenID Connect issuer: its discovery document and its keys."""

    def __init__(self, keys):
        self.keys, self.asked = keys, []
        super().__init__(ProviderPages)
        self.issuer = self.url("/realms/city")

    def claims(self, **more):
        now = int(time.time())
        return {"iss": self.issuer, "aud": ["account", "revier"], "sub": "7f3a-22", "iat": now,
                "nbf": now, "exp": now + 600, "realm_access": {"roles": ["parking"]}, **more}

    def token(self, key, headers=None, **more):
        return jwt.encode(self.claims(**more), key.private, algorithm=key.algorithm,
                          headers={"kid": key.kid, **(headers or {})})


class ProviderPages(Handler):
    def do_GET(self):
        provider = self.server
        provider.asked.append(self.path)
        pages = {"/realms/city/.well-known/openid-configuration":
                 {"issuer": provider.issuer, "jwks_uri": f"{provider.issuer}/certs"},
                 "/realms/city/certs": {"keys": [key.jwk() for key in provider.keys]}}
        page = pages.get(self.path)
        self.answer(200 if page else 404, body=json.dumps(page).encode())


class IdentityProvider(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.keys = [Key(name.lower(), name) for name in ("RS256", "PS256", "ES256", "EdDSA")]
        self.provider = Provider(list(self.keys))
        self.addCleanup(self.provider.close)
        self.issuers = f"{self.folder}/issuers.json"
        self.write_issuers()
        self.write("rights.json", [{"operations": ["read", "update"], "types": ["ParkingSite"],
                                    "except": ["costs"]}])
        self.profile("parking", "--role", "parking", "--rights", f"{self.folder}/rights.json")
        self.profile("steward", "--role", "steward", "--action", "data.read",
                     "--action", "data.write")

    def write(self, name, content):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as out:
            json.dump(content, out)

    def write_issuers(self, **more):
        self.write("issuers.json", [{"name": "login", "issuer": self.provider.issuer,
                                     "audience": "revier", "roles": [["realm_access", "roles"]],
                                     **more}])

    def profile(self, name, *more):
        done = command("user", "profile", name, "--issuer", "login", "--data", self.folder, *more)
        self.assertEqual(done.returncode, 0, done.stderr)

    def server(self):
        return Server("--oidc-issuers", self.issuers, "--outgoing-allow", "127.0.0.0/8",
                      folder=self.folder)

    def ask(self, server, token, method="GET", path=f"{LD}/entities?type=ParkingSite", body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body)
        return server.ask(method, path, body=text, headers=headers)

    def settled(self, server, token, path=f"{LD}/entities?type=ParkingSite"):
        """The answer once the keys are there."""
        for _ in range(100):
            status, headers, body = self.ask(server, token, path=path)
            if b"try again in a moment" not in body:
                return status, headers, body
            self.assertEqual(status, 401)
            time.sleep(0.1)
        self.fail("the keys do not come")

    def test_from_a_token_to_its_line_in_the_log(self):
        with self.server() as server:
            steward = self.provider.token(self.keys[0], realm_access={"roles": ["steward"]})
            self.assertEqual(self.settled(server, steward)[0], 200)
            site = {"id": "urn:p:1", "type": "ParkingSite", "free": 4, "costs": 7}
            self.assertEqual(self.ask(server, steward, "POST", f"{LD}/entities", site)[0], 201)
            # Each way of signing, and what the profile shows.
            for key in self.keys:
                status, _, body = self.ask(server, self.provider.token(key))
                self.assertEqual(status, 200, (key.algorithm, body))
                self.assertEqual(sorted(json.loads(body)[0]), ["free", "id", "type"])
            token = self.provider.token(self.keys[2], headers={"typ": "at+jwt"})
            attributes = f"{LD}/entities/urn:p:1/attrs"
            self.assertEqual(self.ask(server, token, "PATCH", attributes, {"free": 3})[0], 204)
            status, _, body = self.ask(server, token, "PATCH", attributes, {"costs": 0})
            self.assertEqual(status, 403, body)
            # What a profile does not give.
            status, headers, _ = self.ask(server, steward, path="/api/v1/tokens")
            self.assertEqual(status, 403)
            self.assertIn('error="insufficient_scope"', headers["WWW-Authenticate"])
            self.assertIn("login:7f3a-22", self.write_log(server))
            self.revoke(server, token)
        for part in (steward, steward.split(".")[2]):
            self.assertNotIn(part, "".join(server.log))
        with open(f"{self.folder}/revier.toml", "w", encoding="utf-8") as out:
            out.write(f'oidc.issuers = "{self.issuers}"\n')
        slip = command("user", "profile", "slip", "--issuer", "logn", "--role", "parking",
                       "--action", "data.read", "--config", f"{self.folder}/revier.toml",
                       "--data", self.folder)
        self.assertNotEqual(slip.returncode, 0)
        self.assertIn('names no issuer "logn", but: login', slip.stderr)
        listed = command("user", "list", "--data", self.folder).stdout
        self.assertNotIn("slip", listed)
        self.assertRegex(listed, r'profile steward of login "steward", .*: data.read data.write')
        self.assertEqual([path for path in self.provider.asked if path.endswith("certs")],
                         ["/realms/city/certs"])

    def revoke(self, server, token):
        """A profile that is taken away, by another process even, counts no more."""
        admin = command("user", "token", "admin", "--data", self.folder, "--all-tenants",
                        "--action", "users.manage").stdout.strip()
        for _ in range(100):
            status, _, body = self.ask(server, admin, path="/api/v1/profiles")
            if status == 200:
                break
            time.sleep(0.1)
        self.assertEqual([row["name"] for row in json.loads(body)], ["parking", "steward"])
        self.assertIn("used", json.loads(body)[0])
        path = "/api/v1/profiles/parking"
        self.assertEqual(self.ask(server, admin, "DELETE", path)[0], 204)
        status, headers, body = self.ask(server, token)
        self.assertEqual(status, 403, body)
        self.assertIn("insufficient_scope", headers["WWW-Authenticate"])
        self.assertEqual(self.ask(server, admin, "DELETE", path)[0], 404)
        wanted = {"issuer": "login", "role": "parking", "actions": ["data.read"]}
        self.assertEqual(self.ask(server, admin, "PUT", path, wanted)[0], 204)
        self.assertEqual(self.ask(server, token)[0], 200)
        for bad in ({**wanted, "issuer": "none"}, {**wanted, "actions": ["users.manage"]},
                    {**wanted, "rights": [{"operations": ["read"]}]}, {**wanted, "more": 1},
                    {"issuer": "login"}, [], {**wanted, "tenant": "none"}):
            self.assertEqual(self.ask(server, admin, "PUT", path, bad)[0], 422, bad)

    def test_a_subscription_tells_by_the_profiles_of_now(self):
        told = queue.Queue()

        class Notified(Handler):
            def do_POST(self):
                told.put(self.body()["data"])
                self.answer(204)

        receiver = LocalServer(Notified)
        self.addCleanup(receiver.close)
        admin = command("user", "token", "admin", "--data", self.folder, "--all-tenants",
                        "--action", "users.manage", "--action", "data.write").stdout.strip()
        wanted = {"id": "urn:s:1", "type": "Subscription", "entities": [{"type": "ParkingSite"}],
                  "notification": {"format": "simplified",
                                   "endpoint": {"uri": receiver.url()}}}
        with self.server() as server:
            token = self.provider.token(self.keys[0])
            self.assertEqual(self.settled(server, token)[0], 200)
            made = self.ask(server, token, "POST", f"{LD}/subscriptions", wanted)
            self.assertEqual(made[0], 201, made)
            site = {"id": "urn:p:1", "type": "ParkingSite", "free": 4, "costs": 7}
            self.assertEqual(self.ask(server, admin, "POST", f"{LD}/entities", site)[0], 201)
            seen = {"id": "urn:p:1", "type": "ParkingSite", "free": 4}
            self.assertEqual(told.get(timeout=60), [seen])
            rule = {"operations": ["read"], "types": ["ParkingSite"], "attributes": ["costs"]}
            profile = {"issuer": "login", "role": "parking", "rights": [rule]}
            path = "/api/v1/profiles/parking"
            self.assertEqual(self.ask(server, admin, "PUT", path, profile)[0], 204)
            attributes = f"{LD}/entities/urn:p:1/attrs"
            for change in ({"free": 3}, {"costs": 8}):
                self.assertEqual(self.ask(server, admin, "PATCH", attributes, change)[0], 204)
            seen = {"id": "urn:p:1", "type": "ParkingSite", "costs": 8}
            self.assertEqual(told.get(timeout=60), [seen])
            self.assertEqual(self.ask(server, admin, "DELETE", path)[0], 204)
            self.assertEqual(self.ask(server, admin, "PATCH", attributes, {"costs": 9})[0], 204)
            self.assertEqual(self.ask(server, admin, "PUT", path, profile)[0], 204)
            self.assertEqual(self.ask(server, admin, "PATCH", attributes, {"costs": 10})[0], 204)
            self.assertEqual(told.get(timeout=60), [{**seen, "costs": 10}])
            self.lose(server, admin, wanted, told)

    def lose(self, server, admin, wanted, told):
        """One who could see all makes a subscription, and has rights by entity then."""
        steward = self.provider.token(self.keys[0], realm_access={"roles": ["steward"]}, sub="s")
        path, letters = f"{LD}/subscriptions", "/api/v1/subscriptions/urn:s:2/dead-letters"
        all_sites = {**wanted, "id": "urn:s:2"}
        self.assertEqual(self.ask(server, steward, "POST", path, all_sites)[0], 201)
        self.assertEqual(self.ask(server, steward, path=letters)[0], 200)
        profile = {"issuer": "login", "role": "steward", "rights": [
            {"operations": ["read"], "types": ["ParkingSite"], "attributes": ["free"]}]}
        self.assertEqual(
            self.ask(server, admin, "PUT", "/api/v1/profiles/steward", profile)[0], 204)
        self.assertEqual(self.ask(server, steward, path=letters)[0], 403)
        self.assertEqual(self.ask(server, steward, "PATCH", f"{path}/urn:s:2",
                                  {"description": "by entity now"})[0], 204)
        self.assertEqual(self.ask(server, steward, path=letters)[0], 200)
        site = f"{LD}/entities/urn:p:1/attrs"
        for change in ({"costs": 11}, {"free": 1}):
            self.assertEqual(self.ask(server, admin, "PATCH", site, change)[0], 204)
        heard = [told.get(timeout=60)[0] for _ in range(2)]  # of both, in any order
        self.assertCountEqual([tuple(sorted(one)) for one in heard],
                              [("costs", "id", "type"), ("free", "id", "type")])

    def write_log(self, server):
        """The console's page of who wrote what, as the first administrator sees it."""
        status, _, page = server.ask("GET", "/console/protokoll/daten",
                                     headers=server.first_administrator())
        self.assertEqual(status, 200)
        return page.decode()

    def test_tokens_that_do_not_hold(self):
        key, provider = self.keys[0], self.provider
        with self.server() as server:
            self.assertEqual(self.settled(server, provider.token(key))[0], 200)
            now = int(time.time())
            forged = Key("rs256", "RS256")
            wrong = {
                "expired": provider.token(key, exp=now - 120),
                "nbf": provider.token(key, nbf=now + 600),
                "iat": provider.token(key, iat=now + 600),
                "aud": provider.token(key, aud="another"),
                "iss": provider.token(key, iss="https://elsewhere.example"),
                "signature": provider.token(forged),
                "sub": provider.token(key, sub=""),
                "alg": jwt.encode(provider.claims(), None, algorithm="none"),
                "more than 8192 bytes": provider.token(key, filling="x" * 8_000),
                "cnf": provider.token(key, cnf={"jkt": "x"}),
            }
            for word, token in wrong.items():
                status, headers, body = self.ask(server, token)
                self.assertEqual(status, 401, (word, body))
                self.assertIn('error="invalid_token"', headers["WWW-Authenticate"], word)
                self.assertIn(word, headers["WWW-Authenticate"])
            # An HMAC over the public key, and one kind of key for another's algorithm.
            secret = key.public_pem()
            hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
            part = ".".join(jwt.utils.base64url_encode(json.dumps(one).encode()).decode() for one in
                            ({"alg": "HS256", "kid": "rs256"}, provider.claims()))
            mac = jwt.utils.base64url_encode(hmac.sign(part.encode(), secret)).decode()
            self.assertEqual(self.ask(server, f"{part}.{mac}")[0], 401)
            crossed = provider.token(self.keys[1], headers={"kid": "rs256"})
            self.assertEqual(self.ask(server, crossed)[0], 401)
            # Somewhat off is well: clocks differ.
            near = provider.token(key, exp=now - 20, nbf=now + 20, iat=now + 20)
            self.assertEqual(self.ask(server, near)[0], 200)
            # Neither token nor session: the challenge names no error.
            status, headers, _ = self.ask(server, None, path="/api/v1/tokens")
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, 'Bearer realm="revier"'))
            none = provider.token(key, realm_access={"roles": ["nobody"]})
            status, _, body = self.ask(server, none)
            self.assertEqual(status, 403)
            self.assertIn("no profile", body.decode())

    def test_keys_that_change(self):
        with self.server() as server:
            self.assertEqual(self.settled(server, self.provider.token(self.keys[0]))[0], 200)
            new = Key("new", "ES256")
            self.provider.keys.append(new)
            self.assertEqual(self.settled(server, self.provider.token(new))[0], 200)
            fetched = self.provider.asked.count("/realms/city/certs")
            self.assertEqual(fetched, 2)
            for number in range(20):
                token = self.provider.token(Key(f"unknown-{number}", "EdDSA"))
                self.assertEqual(self.ask(server, token)[0], 401)
            self.assertEqual(self.provider.asked.count("/realms/city/certs"), fetched)

    def test_without_network_and_with_wrong_files(self):
        self.write("keys.json", {"keys": [self.keys[3].jwk()]})
        self.write_issuers(keysFile="keys.json")
        with Server("--oidc-issuers", self.issuers, folder=self.folder) as server:
            self.assertEqual(self.ask(server, self.provider.token(self.keys[3]))[0], 200)
            self.assertEqual(self.ask(server, self.provider.token(self.keys[0]))[0], 401)
        self.assertEqual(self.provider.asked, [])
        self.write_issuers(audience=[])
        checked = command("config", "check", "--oidc-issuers", self.issuers)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("issuer 1: audience names 1 to 32", checked.stderr)


if __name__ == "__main__":
    unittest.main()
