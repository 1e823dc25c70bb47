"""Checks the JSON Schemas with Python's jsonschema, and with types that are generated from them.

Usage: schemas.py SITE RELEASE=RECORDING...

Every event of a recording of a release is valid by the strict schema of that release and by the open
one. The models that datamodel-code-generator makes of the schemas read every event and write it again.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from jsonschema import Draft202012Validator

site, *recordings = sys.argv[1:]
recorded = defaultdict(list)
for release, path in (recording.split("=", 1) for recording in recordings):
    sent = [json.loads(line) for line in Path(path).read_text().splitlines()]
    events = [message for message in sent if "event" in message]
    assert events, f"{path} has no events"
    recorded[release] += events
    recorded["open"] += events


def schema(scope, name):
    loaded = json.loads((Path(site) / "schemas" / scope / f"{name}.json").read_text())
    Draft202012Validator.check_schema(loaded)
    return loaded


def models(scope):
    """The module that is generated from the schema of any event."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "models.py"
        source = Path(site) / "schemas" / scope / "any-event.json"
        command = [
            Path(sys.executable).with_name("datamodel-codegen"),
            "--input", source, "--input-file-type", "jsonschema", "--output", path,
            "--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11",
            "--use-title-as-name", "--formatters", "builtin",
        ]
        subprocess.run(command, check=True)
        spec = importlib.util.spec_from_file_location("models", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["models"] = module
        spec.loader.exec_module(module)
        return module


for scope, messages in recorded.items():
    validator = Draft202012Validator(schema(scope, "any-event"))
    of_event = {}
    for message in messages:
        name = message["event"]
        if name not in of_event:
            of_event[name] = Draft202012Validator(schema(scope, name))
        for one in (validator, of_event[name]):
            if not one.is_valid(message):
                error = next(of_event[name].iter_errors(message), "it fits no event")
                sys.exit(f"error: {scope}: {message}: {error}")
    # A message that the release cannot send.
    odd = {**messages[0], "event": "NO_SUCH_EVENT"}
    assert validator.is_valid(odd) == (scope == "open"), f"{scope}: {odd}"

    root = models(scope).QmpEvent
    for message in messages:
        model = root.model_validate(message)
        written = model.model_dump(by_alias=True, exclude_unset=True, mode="json")
        assert written == message, f"{scope}: {message} became {written}"
        assert model.root.event == message["event"], f"{scope}: {message} was taken for {model.root.event}"
    print(f"{scope}: {len(messages)} messages of {len(of_event)} events are valid, and read by generated types")

catalogue = json.loads((Path(site) / "data/events.json").read_text())
Draft202012Validator(json.loads((Path(site) / "data/events.schema.json").read_text())).validate(catalogue)
print(f"events.json is valid: {len(catalogue['events'])} events, {len(catalogue['types'])} types")
