#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Bill of materials (CycloneDX 1.5, JSON) of the program: the Debian packages of every library that
it loads, the header-only ones that are compiled into it, and the browser parts of npm.

    tools/sbom.py BINARY VERSION OUTPUT
"""
import json
import os
import re
import subprocess
import sys

# Compiled in, so that no loader tells of them.
HEADERS = ("libboost1.81-dev", "libexpected-dev", "libcli11-dev", "libfmt-dev", "libspdlog-dev")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loaded_files(binary):
    """Every shared library that the loader would load, with those that they need."""
    return sorted({match.group(1) for match in re.finditer(r"=> (/\S+)", run("ldd", binary))})


def package_of(file):
    """The Debian package of a library: by its path or by the one without /usr."""
    real = os.path.realpath(file)
    for path in dict.fromkeys((file, real, real.removeprefix("/usr"), "/usr" + real)):
        found = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":", 1)[0].split(",")[0].strip()
    raise SystemExit(f"sbom: no Debian package holds {file}")


def licences_of(package):
    """What Debian states for the files of the source package ("Files: *"), tools among them; a
    library in it may have a milder licence, which the file that debian:copyright names tells.
    Without such a paragraph all names that stand there; else a pointer to the file."""
    path = f"/usr/share/doc/{package}/copyright"
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return [f"see {path}"]
    for paragraph in re.split(r"\n\s*\n", text):
        if re.search(r"^Files:\s*\*\s*$", paragraph, re.MULTILINE):
            name = re.search(r"^License:[ \t]*(\S[^\n]*)$", paragraph, re.MULTILINE)
            if name:
                return [name.group(1).strip()]
    names = re.findall(r"^License:[ \t]*(\S[^\n]*)$", text, re.MULTILINE)
    return sorted(set(name.strip() for name in names)) or [f"see {path}"]


def debian_component(package):
    fields = run("dpkg-query", "-W", "-f", "${Version}\t${Architecture}\t${source:Package}\n",
                 package).splitlines()[0].split("\t")
    version, architecture, source = fields
    return {"type": "library", "name": package, "version": version,
            "bom-ref": f"deb:{package}",
            "purl": f"pkg:deb/debian/{package}@{version}?arch={architecture}&distro=debian-12",
            "licenses": [{"license": {"name": name}} for name in licences_of(package)],
            "properties": [{"name": "debian:source", "value": source},
                           {"name": "debian:copyright",
                            "value": f"/usr/share/doc/{package}/copyright"}]}


def npm_components():
    """What `dependencies` of package.json bring: it is bundled into the program's assets."""
    with open(os.path.join(ROOT, "package-lock.json"), encoding="utf-8") as file:
        packages = json.load(file)["packages"]
    components = []
    for path, facts in sorted(packages.items()):
        if not path or facts.get("dev") or facts.get("optional"):
            continue
        name = path.rsplit("node_modules/", 1)[1]
        component = {"type": "library", "name": name, "version": facts["version"],
                     "bom-ref": f"npm:{path}", "purl": f"pkg:npm/{name}@{facts['version']}",
                     "licenses": [{"license": {"name": facts.get("license", "not stated")}}]}
        components.append(component)
    return components


def bill(binary, version):
    packages = sorted({package_of(file) for file in loaded_files(binary)})
    headers = [name for name in HEADERS
               if subprocess.run(["dpkg-query", "-W", name], capture_output=True).returncode == 0]
    components = [debian_component(name) for name in packages]
    components += [debian_component(name) for name in headers]
    components += npm_components()
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"component": {
                "type": "application", "name": "revier", "version": version, "bom-ref": "revier",
                "licenses": [{"license": {"id": "EUPL-1.2"}}]}},
            "components": components,
            "dependencies": [{"ref": "revier",
                              "dependsOn": [one["bom-ref"] for one in components]}]}


def main():
    binary, version, output = sys.argv[1:4]
    with open(output, "w", encoding="utf-8") as file:
        json.dump(bill(binary, version), file, indent=1, ensure_ascii=False)
        file.write("\n")
    print(f"sbom: {output}")


if __name__ == "__main__":
    main()
